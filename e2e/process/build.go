package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Binary returns the path of the program under test: what DAYPASS_BINARY names, else a fresh build of the product's module. Either way it lies in folder.
// That module is found through the go command, so the working directory may be any folder of this one.
func Binary(folder string) (string, error) {
	path := filepath.Join(folder, "daypass")
	if given := os.Getenv("DAYPASS_BINARY"); given != "" {
		given, err := filepath.Abs(given)
		if err != nil {
			return "", err
		}
		return path, os.Symlink(given, path)
	}
	list := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/daypass/daypass")
	out, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("find the product's module: %w", err)
	}
	build := exec.Command("go", "build", "-o", path, "./cmd/daypass")
	build.Dir = strings.TrimSpace(string(out))
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, text)
	}
	return path, nil
}
