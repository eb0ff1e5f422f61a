package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

const (
	leastKilled = 90 // percent, in each package
	explained   = "mutate/explained.txt"
)

// A mutatedFile is an element of the file that gremlins writes.
type mutatedFile struct {
	Name    string   `json:"file_name"`
	Mutants []mutant `json:"mutations"`
}

type mutant struct {
	Type   string `json:"type"`
	Status string `json:"status"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// report prints the mutants that live and the figures of each package. It also prints
// the explanations that no mutant needs when all files have been mutated.
func report(result string, packages []string, all bool) error {
	reasons, err := readReasons()
	if err != nil {
		return err
	}
	files, err := readResult(result)
	if err != nil {
		return err
	}
	unexplained := 0
	for _, file := range files {
		n, err := printLiving(file, reasons)
		if err != nil {
			return err
		}
		unexplained += n
	}
	for key, rest := range reasons {
		if all && len(rest) > 0 {
			fmt.Println("explained, but does not live:", key)
		}
	}
	var failures []error
	if unexplained > 0 {
		failures = append(failures, fmt.Errorf("%s does not explain %d mutants that live", explained, unexplained))
	}
	for _, pkg := range packages {
		failures = append(failures, printFigures(pkg, files))
	}
	return errors.Join(failures...)
}

func readResult(name string) ([]mutatedFile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var result struct {
		Files []mutatedFile `json:"files"`
	}
	if err := json.Unmarshal(text, &result); err != nil {
		return nil, err
	}
	slices.SortFunc(result.Files, func(a, b mutatedFile) int { return strings.Compare(a.Name, b.Name) })
	return result.Files, nil
}

// printLiving prints the mutants of a file that live, each with its reason, which it
// takes out of reasons. It returns how many have none.
func printLiving(file mutatedFile, reasons map[string][]string) (unexplained int, err error) {
	source, err := os.ReadFile(path.Join("..", file.Name))
	if err != nil {
		return 0, err
	}
	lines := strings.Split(string(source), "\n")
	for _, m := range file.Mutants {
		if m.Status != "LIVED" {
			continue
		}
		line, column := lines[m.Line-1], m.Column-1
		marked := strings.TrimSpace(line[:column] + "▶" + line[column:])
		key := fmt.Sprintf("%s %s %s", file.Name, m.Type, marked)
		reason := "NOT EXPLAINED"
		if len(reasons[key]) == 0 {
			unexplained++
		} else {
			reason = reasons[key][0]
			reasons[key] = reasons[key][1:]
		}
		fmt.Printf("%s:%d\n    %s\n        %s\n", file.Name, m.Line, key, reason)
	}
	return unexplained, nil
}

// printFigures prints how many mutants of a package are killed. The error says that
// they are too few.
func printFigures(pkg string, files []mutatedFile) error {
	count := make(map[string]int) // by status
	for _, file := range files {
		if path.Dir(file.Name) != pkg {
			continue
		}
		for _, m := range file.Mutants {
			count[m.Status]++
		}
	}
	killed := count["KILLED"] + count["TIMED OUT"]
	all := killed + count["LIVED"]
	percent := 100 * float64(killed) / float64(max(all, 1))
	fmt.Printf("%-20s %4d mutants, %4d killed (%.1f %%), %d of them by the time limit; %d more do not compile\n",
		pkg, all, killed, percent, count["TIMED OUT"], count["NOT VIABLE"])
	if 100*killed < leastKilled*all {
		return fmt.Errorf("fewer than %d %% are killed in %s", leastKilled, pkg)
	}
	return nil
}

// readReasons returns the reasons of explained.txt by the description of the mutant.
// Mutants with the same description have a reason each.
func readReasons() (map[string][]string, error) {
	text, err := os.ReadFile(explained)
	if err != nil {
		return nil, err
	}
	reasons := make(map[string][]string)
	description := ""
	for line := range strings.Lines(string(text)) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, " "):
			reasons[description] = append(reasons[description], trimmed)
		default:
			description = trimmed
		}
	}
	return reasons, nil
}
