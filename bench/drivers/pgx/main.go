// pgx, one workload in one process: what bench/worker.ts is to the drivers in JavaScript. It has pgx's defaults, which
// prepare each statement at its first use. A connection runs one query or one batch at a time.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
)

const sampleLength = 300

// job is what the suite asks for: ForeignJob in bench/job.ts.
type job struct {
	Task     string
	Workload string
	Server   struct {
		Host     string
		Port     int
		User     string
		Password string
		Database string
	}
	Duration struct {
		WarmUpMs  float64
		MeasureMs float64
	}
	Callers      int
	UnitsPerCall int
	CheckedCalls int
	Statements   struct{ Point, Catalog, Mixed, Insert, Download, Upload string }
	Bulk         struct{ Table, CopyIn, CopyOut, Select string }
	Sizes        struct{ PointRows, InFlight, ManyRows, Pool, BlobBytes, BlockRows, CheckedEvery int }
}

type checkAnswer struct {
	Task   string `json:"task"`
	Digest string `json:"digest"`
	Sample string `json:"sample"`
}

type measureAnswer struct {
	Task        string      `json:"task"`
	Measurement measurement `json:"measurement"`
}

// check digests the results of a few calls, in the form of bench/canonical.ts.
func check(j job, l load) (checkAnswer, error) {
	hash := sha256.New()
	sample := ""
	for i := 0; i < j.CheckedCalls; i++ {
		result, err := l.check(i)
		if err != nil {
			return checkAnswer{}, err
		}
		sample = canonical(result)
		hash.Write([]byte(sample))
	}
	if len(sample) > sampleLength {
		sample = sample[:sampleLength]
	}
	return checkAnswer{"check", hex.EncodeToString(hash.Sum(nil)), sample}, nil
}

func work(j job) (interface{}, error) {
	l, err := openLoad(context.Background(), j)
	if err != nil {
		return nil, err
	}
	defer l.close()
	if j.Task == "check" {
		return check(j, l)
	}
	m, err := measure(j, l)
	return measureAnswer{"measure", m}, err
}

func run() error {
	var j job
	if err := json.Unmarshal([]byte(os.Args[1]), &j); err != nil {
		return err
	}
	answer, err := work(j)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
