package main

import (
	"os"
	"regexp"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const minCalls = 3

// measurement is that of bench/measure.ts, and so are the loops.
type measurement struct {
	Units        int      `json:"units"`
	Seconds      float64  `json:"seconds"`
	CPUMicros    int64    `json:"cpuMicros"`
	Latency      *latency `json:"latency,omitempty"`
	PeakRssBytes *int64   `json:"peakRssBytes,omitempty"`
}

type latency struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

func runOneByOne(l load, firstCall int, duration time.Duration, atLeast int, latencies *[]time.Duration) (int, error) {
	calls := 0
	last := time.Now()
	deadline := last.Add(duration)
	for last.Before(deadline) || calls < atLeast {
		if err := l.call(firstCall + calls); err != nil {
			return calls, err
		}
		calls++
		now := time.Now()
		if latencies != nil {
			*latencies = append(*latencies, now.Sub(last))
		}
		last = now
	}
	return calls, nil
}

func runConcurrently(l load, firstCall int, duration time.Duration, callers int) (int, error) {
	deadline := time.Now().Add(duration)
	var calls int64
	var failure atomic.Value
	var done sync.WaitGroup
	for caller := 0; caller < callers; caller++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for time.Now().Before(deadline) {
				if err := l.call(firstCall + int(atomic.AddInt64(&calls, 1)) - 1); err != nil {
					failure.Store(err)
					return
				}
			}
		}()
	}
	done.Wait()
	err, _ := failure.Load().(error)
	return int(calls), err
}

// cpuMicros is the user and system time of the process.
func cpuMicros() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return (usage.Utime.Nano() + usage.Stime.Nano()) / 1000
}

var peakLine = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

func readPeak() *int64 {
	status, err := os.ReadFile("/proc/self/status")
	match := peakLine.FindSubmatch(status)
	if err != nil || match == nil {
		return nil
	}
	kilobytes, _ := strconv.ParseInt(string(match[1]), 10, 64)
	bytes := kilobytes * 1024
	return &bytes
}

// measure warms up, then measures.
func measure(j job, l load) (measurement, error) {
	sequential := j.Callers == 1
	run := func(firstCall int, ms float64, atLeast int, latencies *[]time.Duration) (int, error) {
		duration := time.Duration(ms * float64(time.Millisecond))
		if sequential {
			return runOneByOne(l, firstCall, duration, atLeast, latencies)
		}
		return runConcurrently(l, firstCall, duration, j.Callers)
	}
	warmUpCalls, err := run(0, j.Duration.WarmUpMs, 1, nil)
	if err != nil {
		return measurement{}, err
	}
	runtime.GC()
	latencies := make([]time.Duration, 0, 1<<16)
	// Makes the kernel count the peak from now on, where it permits that.
	knowsPeak := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil
	cpu := cpuMicros()
	start := time.Now()
	calls, err := run(warmUpCalls, j.Duration.MeasureMs, minCalls, &latencies)
	seconds := time.Since(start).Seconds()
	m := measurement{Units: calls * j.UnitsPerCall, Seconds: seconds, CPUMicros: cpuMicros() - cpu}
	if knowsPeak {
		m.PeakRssBytes = readPeak()
	}
	if sequential && err == nil {
		sort.Slice(latencies, func(a, b int) bool { return latencies[a] < latencies[b] })
		at := func(quantile float64) float64 {
			return latencies[int(float64(len(latencies)-1)*quantile)].Seconds() * 1e6
		}
		m.Latency = &latency{at(0.5), at(0.99)}
	}
	return m, err
}
