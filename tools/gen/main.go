package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	model := flag.String("model", "", "service model, stripped of its documentation")
	patch := flag.String("patch", "", "corrections of the model")
	pkg := flag.String("package", "", "name of the Go package to write")
	out := flag.String("out", ".", "directory to write into")
	strip := flag.Bool("strip", false, "strip the model on standard input and write it to standard output")
	flag.Parse()
	var err error
	if *strip {
		err = stripModel(os.Stdin, os.Stdout)
	} else {
		err = generate(*model, *patch, *pkg, *out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func generate(modelPath, patchPath, pkg, out string) error {
	m, err := loadModel(modelPath, patchPath)
	if err != nil {
		return err
	}
	files, err := render(m, pkg)
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(out, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func stripModel(r io.Reader, w io.Writer) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	text, err := stripped(raw)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
