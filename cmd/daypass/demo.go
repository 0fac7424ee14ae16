package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/client"
	"github.com/daypass/daypass/internal/demo"
)

func newDemo(e *env) *cobra.Command {
	return group("demo", "Use the notes API of development mode",
		&cobra.Command{
			Use: "put PATH TEXT", Short: "Write a note", Args: exactly("PATH", "TEXT"),
			RunE: func(c *cobra.Command, args []string) error {
				return e.note(c.Context(), http.MethodPut, "/"+args[0], args[1])
			},
		},
		&cobra.Command{
			Use: "get PATH", Short: "Read a note", Args: exactly("PATH"),
			RunE: func(c *cobra.Command, args []string) error {
				return e.note(c.Context(), http.MethodGet, "/"+args[0], "")
			},
		},
		&cobra.Command{
			Use: "list PREFIX", Short: "List the notes that begin with a prefix", Args: exactly("PREFIX"),
			RunE: func(c *cobra.Command, args []string) error {
				return e.note(c.Context(), http.MethodGet, "?prefix="+url.QueryEscape(args[0]), "")
			},
		},
	)
}

// note makes one signed call of the demo API: any HTTP client that signs requests as AWS clients do can make the same.
func (e *env) note(ctx context.Context, method, rest, text string) error {
	s, err := e.settings(demo.Service)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(s.Endpoint, "/")+"/demo/notes"+rest, strings.NewReader(text))
	if err != nil {
		return fmt.Errorf("the note's path: %w", err)
	}
	c := &client.Client{Endpoint: s.Endpoint, Region: s.Region, Credentials: s.Credentials, HTTP: e.http, Now: e.now}
	answer, err := c.Do(r, demo.Service, []byte(text))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, client.MaxAnswer))
	if err != nil {
		return fmt.Errorf("read the answer of the demo API: %w", err)
	}
	if answer.StatusCode == http.StatusOK {
		_, err := fmt.Fprintf(e.out, "%s\n", strings.TrimRight(string(body), "\n"))
		return err
	}
	var refused struct {
		Code      string `json:"code"`
		Message   string `json:"message"`
		RequestID string `json:"request_id"`
	}
	if err := json.Unmarshal(body, &refused); err != nil {
		return fmt.Errorf("%s answered with status %d and not as the demo API does; is this \"daypass dev\"?", s.Endpoint, answer.StatusCode)
	}
	// Whoever has the command asks by the request id; the sealed reasons would fill the screen.
	message, _, _ := strings.Cut(refused.Message, ". Encoded authorization failure message: ")
	return &client.Error{Action: method, Status: answer.StatusCode, Code: refused.Code, Message: message, RequestID: refused.RequestID}
}
