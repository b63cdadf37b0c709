package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

// load is an opened workload: what is called, and what the check runs instead, whose result it looks at.
type load struct {
	call  func(i int) error
	check func(i int) (interface{}, error)
	close func()
}

type scanner func(pgx.Rows) (row, error)

const selectOne = "select 1 as one"

func addressOf(j job) string {
	address := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(j.Server.User, j.Server.Password),
		Host:     fmt.Sprintf("%s:%d", j.Server.Host, j.Server.Port),
		Path:     j.Server.Database,
		RawQuery: "sslmode=disable",
	}
	return address.String()
}

func pointKey(j job, i int) int64 { return int64(1 + (i*7919)%j.Sizes.PointRows) }

func collect(rows pgx.Rows, err error, scan scanner) ([]row, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []row
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// reading is a load whose calls give rows.
func reading(read func(i int) ([]row, error), close func()) load {
	return load{
		call: func(i int) error {
			_, err := read(i)
			return err
		},
		check: func(i int) (interface{}, error) {
			rows, err := read(i)
			return canonicalRows(rows), err
		},
		close: close,
	}
}

// writing is a load of which the suite looks at what the server has afterwards.
func writing(write func(i int) error, close func()) load {
	return load{write, func(i int) (interface{}, error) { return nil, write(i) }, close}
}

func openLoad(ctx context.Context, j job) (load, error) {
	switch j.Workload {
	case "w4":
		return openPool(ctx, j)
	case "w11":
		return reading(func(int) ([]row, error) {
			conn, err := pgx.Connect(ctx, addressOf(j))
			if err != nil {
				return nil, err
			}
			defer conn.Close(ctx)
			rows, err := conn.Query(ctx, selectOne)
			return collect(rows, err, scanOne)
		}, func() {}), nil
	}
	conn, err := pgx.Connect(ctx, addressOf(j))
	if err != nil {
		return load{}, err
	}
	return openOn(ctx, j, conn, func() { conn.Close(ctx) })
}

func openOn(ctx context.Context, j job, conn *pgx.Conn, close func()) (load, error) {
	query := func(text string, scan scanner, args func(i int) []interface{}) load {
		return reading(func(i int) ([]row, error) {
			rows, err := conn.Query(ctx, text, args(i)...)
			return collect(rows, err, scan)
		}, close)
	}
	constant := func(args ...interface{}) func(int) []interface{} {
		return func(int) []interface{} { return args }
	}
	switch j.Workload {
	case "w1":
		return query(selectOne, scanOne, constant()), nil
	case "w2":
		return query(j.Statements.Point, scanPoint, func(i int) []interface{} { return []interface{}{pointKey(j, i)} }), nil
	case "w3s":
		return openBatches(ctx, j, conn, close), nil
	case "w5":
		return query(j.Statements.Catalog, scanCatalog, constant(int32(-1), true)), nil
	case "w6":
		return query(j.Statements.Mixed, scanMixed, constant()), nil
	case "w12a":
		return query(j.Statements.Download, scanBlob, constant()), nil
	case "w12b":
		return query(j.Statements.Upload, scanLength, constant(make([]byte, j.Sizes.BlobBytes))), nil
	case "w13":
		return writing(func(i int) error {
			_, err := conn.Exec(ctx, j.Statements.Insert, insertValues(i)...)
			return err
		}, close), nil
	case "w7b":
		return writing(func(int) error {
			// All or none of them by itself.
			batch := &pgx.Batch{}
			for i := 0; i < j.Sizes.ManyRows; i++ {
				batch.Queue(j.Statements.Insert, insertValues(i)...)
			}
			return conn.SendBatch(ctx, batch).Close()
		}, close), nil
	}
	return openBulk(ctx, j, conn, close)
}

func openPool(ctx context.Context, j job) (load, error) {
	config, err := pgxpool.ParseConfig(addressOf(j))
	if err != nil {
		return load{}, err
	}
	config.MinConns, config.MaxConns = int32(j.Sizes.Pool), int32(j.Sizes.Pool)
	pool, err := pgxpool.ConnectConfig(ctx, config)
	if err != nil {
		return load{}, err
	}
	return reading(func(i int) ([]row, error) {
		rows, err := pool.Query(ctx, j.Statements.Point, pointKey(j, i))
		return collect(rows, err, scanPoint)
	}, pool.Close), nil
}

// openBatches sends the queries of each call together, under one Sync.
func openBatches(ctx context.Context, j job, conn *pgx.Conn, close func()) load {
	read := func(i int) ([][]row, error) {
		batch := &pgx.Batch{}
		for k := 0; k < j.Sizes.InFlight; k++ {
			batch.Queue(j.Statements.Point, pointKey(j, i*j.Sizes.InFlight+k))
		}
		results := conn.SendBatch(ctx, batch)
		all := make([][]row, j.Sizes.InFlight)
		for k := range all {
			rows, err := results.Query()
			if all[k], err = collect(rows, err, scanPoint); err != nil {
				return nil, err
			}
		}
		return all, results.Close()
	}
	return load{
		call: func(i int) error {
			_, err := read(i)
			return err
		},
		check: func(i int) (interface{}, error) {
			all, err := read(i)
			leveled := make([]interface{}, len(all))
			for k, rows := range all {
				leveled[k] = canonicalRows(rows)
			}
			return leveled, err
		},
		close: close,
	}
}

// insertValues is insertRow of bench/dataset.ts.
func insertValues(i int) []interface{} {
	createdAt := time.Unix(1_700_000_000+int64(i), 0)
	return []interface{}{int32(i), fmt.Sprintf("a name with number %d", i), createdAt, float64(i) / 8}
}

func digestOf(write func(add func([]byte)) error) (string, error) {
	hash := sha256.New()
	err := write(func(bytes []byte) { hash.Write(bytes) })
	return hex.EncodeToString(hash.Sum(nil)), err
}
