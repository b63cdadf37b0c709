package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v4"
)

// bulkBlock is blockOfRows of bench/bulk-dataset.ts.
func bulkBlock(j job) [][]interface{} {
	first := time.Date(2026, 1, 1, 0, 0, 0, 125_000_000, time.UTC)
	block := make([][]interface{}, j.Sizes.BlockRows)
	for k := range block {
		id := int64(k + 1)
		createdAt := first.Add(time.Duration(id) * 61 * time.Second)
		block[k] = []interface{}{id, fmt.Sprintf("name of point %d", id), createdAt, float64(id) / 8, id%3 == 0}
	}
	return block
}

func bulkText(j job) []byte {
	var block bytes.Buffer
	for _, values := range bulkBlock(j) {
		createdAt := values[2].(time.Time).Format("2006-01-02 15:04:05.000-07")
		fmt.Fprintf(&block, "%d\t%s\t%s\t%v\t%v\n", values[0], values[1], createdAt, values[3], values[4])
	}
	return bytes.Repeat(block.Bytes(), j.UnitsPerCall/j.Sizes.BlockRows)
}

// counter is where COPY writes to.
type counter func([]byte)

func (c counter) Write(chunk []byte) (int, error) {
	c(chunk)
	return len(chunk), nil
}

func openBulk(ctx context.Context, j job, conn *pgx.Conn, close func()) (load, error) {
	switch j.Workload {
	case "w8":
		text := bulkText(j)
		return writing(func(int) error {
			_, err := conn.PgConn().CopyFrom(ctx, bytes.NewReader(text), j.Bulk.CopyIn)
			return err
		}, close), nil
	case "w8b":
		block := bulkBlock(j)
		columns := []string{"id", "name", "created_at", "score", "active"}
		return writing(func(int) error {
			source := pgx.CopyFromSlice(j.UnitsPerCall, func(i int) ([]interface{}, error) {
				return block[i%len(block)], nil
			})
			_, err := conn.CopyFrom(ctx, pgx.Identifier{j.Bulk.Table}, columns, source)
			return err
		}, close), nil
	case "w9":
		copyOut := func(take func([]byte)) error {
			_, err := conn.PgConn().CopyTo(ctx, counter(take), j.Bulk.CopyOut)
			return err
		}
		return load{
			call: func(int) error {
				size := 0
				return copyOut(func(chunk []byte) { size += len(chunk) })
			},
			check: func(int) (interface{}, error) { return digestOf(copyOut) },
			close: close,
		}, nil
	case "w10":
		stream := func(take func(count int, r row)) (int, error) {
			rows, err := conn.Query(ctx, j.Bulk.Select)
			if err != nil {
				return 0, err
			}
			defer rows.Close()
			count := 0
			for ; rows.Next(); count++ {
				r, err := scanBulk(rows)
				if err != nil {
					return count, err
				}
				take(count, r)
			}
			return count, rows.Err()
		}
		return load{
			call: func(int) error {
				_, err := stream(func(int, row) {})
				return err
			},
			check: func(int) (interface{}, error) {
				count := 0
				digest, err := digestOf(func(add func([]byte)) (err error) {
					count, err = stream(func(i int, r row) {
						if i%j.Sizes.CheckedEvery == 0 {
							add([]byte(canonical(r.canonical())))
						}
					})
					return err
				})
				return struct {
					Rows   int    `json:"rows"`
					Sha256 string `json:"sha256"`
				}{count, digest}, err
			},
			close: close,
		}, nil
	}
	return load{}, fmt.Errorf("pgx does not take part in %s", j.Workload)
}
