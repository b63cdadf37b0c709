package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"strings"
	"time"

	"github.com/jackc/pgtype"
	"github.com/jackc/pgx/v4"
)

// The rows, as a program in Go would have them; each also in the form of bench/canonical.ts, so that the suite can
// compare them with everybody's.
type row interface{ canonical() interface{} }

type oneRow struct{ one int32 }

type pointRow struct {
	id        int64
	name      string
	amount    pgtype.Numeric
	createdAt time.Time
	active    bool
}

type catalogRow struct {
	name                   string
	namespace, owner       uint32
	length                 int16
	byValue                bool
	category               pgtype.QChar
	isPreferred, isDefined bool
	delimiter              pgtype.QChar
	relation               uint32
}

type mixedPayload struct {
	ID   int      `json:"id"`
	Name string   `json:"name"`
	Tags []string `json:"tags"`
}

type mixedRow struct {
	id        int32
	label     string
	createdAt time.Time
	score     float64
	active    bool
	payload   mixedPayload
	token     string
	numbers   []int32
}

type blobRow struct{ payload []byte }

type lengthRow struct{ length int32 }

type bulkRow struct {
	id        int64
	name      string
	createdAt time.Time
	score     float64
	active    bool
}

func scanOne(rows pgx.Rows) (row, error) {
	var r oneRow
	return &r, rows.Scan(&r.one)
}

func scanPoint(rows pgx.Rows) (row, error) {
	var r pointRow
	return &r, rows.Scan(&r.id, &r.name, &r.amount, &r.createdAt, &r.active)
}

func scanCatalog(rows pgx.Rows) (row, error) {
	var r catalogRow
	return &r, rows.Scan(&r.name, &r.namespace, &r.owner, &r.length, &r.byValue, &r.category, &r.isPreferred,
		&r.isDefined, &r.delimiter, &r.relation)
}

func scanMixed(rows pgx.Rows) (row, error) {
	var r mixedRow
	return &r, rows.Scan(&r.id, &r.label, &r.createdAt, &r.score, &r.active, &r.payload, &r.token, &r.numbers)
}

func scanBlob(rows pgx.Rows) (row, error) {
	var r blobRow
	return &r, rows.Scan(&r.payload)
}

func scanLength(rows pgx.Rows) (row, error) {
	var r lengthRow
	return &r, rows.Scan(&r.length)
}

func scanBulk(rows pgx.Rows) (row, error) {
	var r bulkRow
	return &r, rows.Scan(&r.id, &r.name, &r.createdAt, &r.score, &r.active)
}

type date struct {
	Date string `json:"date"`
}

func dateOf(t time.Time) date { return date{t.UTC().Format("2006-01-02T15:04:05.000Z")} }

func charOf(c pgtype.QChar) string { return string(rune(c.Int)) }

// amountOf writes a numeric(14, 2), whose scale pgtype does not keep.
func amountOf(n pgtype.Numeric) string {
	scale := big.NewInt(10)
	cents := new(big.Int).Mul(n.Int, scale.Exp(scale, big.NewInt(int64(n.Exp)+2), nil)).String()
	cents = strings.Repeat("0", max(0, 3-len(cents))) + cents
	return cents[:len(cents)-2] + "." + cents[len(cents)-2:]
}

func max(a, b int) int {
	if a > b {
		return a
	}
	return b
}

func (r *oneRow) canonical() interface{} {
	return struct {
		One int32 `json:"one"`
	}{r.one}
}

func (r *pointRow) canonical() interface{} {
	return struct {
		ID        int64  `json:"id,string"`
		Name      string `json:"name"`
		Amount    string `json:"amount"`
		CreatedAt date   `json:"created_at"`
		Active    bool   `json:"active"`
	}{r.id, r.name, amountOf(r.amount), dateOf(r.createdAt), r.active}
}

func (r *catalogRow) canonical() interface{} {
	return struct {
		Name        string `json:"typname"`
		Namespace   uint32 `json:"typnamespace"`
		Owner       uint32 `json:"typowner"`
		Length      int16  `json:"typlen"`
		ByValue     bool   `json:"typbyval"`
		Category    string `json:"typcategory"`
		IsPreferred bool   `json:"typispreferred"`
		IsDefined   bool   `json:"typisdefined"`
		Delimiter   string `json:"typdelim"`
		Relation    uint32 `json:"typrelid"`
	}{r.name, r.namespace, r.owner, r.length, r.byValue, charOf(r.category), r.isPreferred, r.isDefined,
		charOf(r.delimiter), r.relation}
}

func (r *mixedRow) canonical() interface{} {
	return struct {
		ID        int32        `json:"id"`
		Label     string       `json:"label"`
		CreatedAt date         `json:"created_at"`
		Score     float64      `json:"score"`
		Active    bool         `json:"active"`
		Payload   mixedPayload `json:"payload"`
		Token     string       `json:"token"`
		Numbers   []int32      `json:"numbers"`
	}{r.id, r.label, dateOf(r.createdAt), r.score, r.active, r.payload, r.token, r.numbers}
}

func (r *blobRow) canonical() interface{} {
	type blob struct {
		Bytes  int    `json:"bytes"`
		Sha256 string `json:"sha256"`
	}
	sum := sha256.Sum256(r.payload)
	return struct {
		Payload blob `json:"payload"`
	}{blob{len(r.payload), hex.EncodeToString(sum[:])}}
}

func (r *lengthRow) canonical() interface{} {
	return struct {
		Length int32 `json:"length"`
	}{r.length}
}

func (r *bulkRow) canonical() interface{} {
	return struct {
		ID        int64   `json:"id,string"`
		Name      string  `json:"name"`
		CreatedAt date    `json:"created_at"`
		Score     float64 `json:"score"`
		Active    bool    `json:"active"`
	}{r.id, r.name, dateOf(r.createdAt), r.score, r.active}
}

func canonicalRows(rows []row) interface{} {
	leveled := make([]interface{}, len(rows))
	for i, r := range rows {
		leveled[i] = r.canonical()
	}
	return leveled
}

func canonical(value interface{}) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(text.String(), "\n")
}
