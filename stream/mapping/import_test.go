package mapping

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/cardwatch/cardwatch/stream/wire"
)

// memory is an Out that keeps committed files.
type memory map[string]string

type memoryFile struct {
	bytes.Buffer
	commit func(string)
}

func (m memory) Create(name string) (OutFile, error) {
	return &memoryFile{commit: func(s string) { m[name] = s }}, nil
}
func (f *memoryFile) Commit() error { f.commit(f.String()); return nil }
func (f *memoryFile) Discard()      {}

func (m memory) lines(name string) []string {
	return strings.Split(strings.TrimSuffix(m[name], "\n"), "\n")
}

func shipped(t *testing.T, name string) *Mapping {
	t.Helper()
	src, ok := ShippedSource(name)
	require.True(t, ok)
	m, err := Parse(name, src)
	require.NoError(t, err)
	return m
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

func imported(t *testing.T, m *Mapping, csv []byte) (memory, Summary) {
	t.Helper()
	out := memory{}
	sum, err := Import(t.Context(), m, bytes.NewReader(csv), out)
	require.NoError(t, err)
	return out, sum
}

func TestImportSparkov(t *testing.T) {
	out, sum := imported(t, shipped(t, "sparkov"), sample(t, "sparkov.csv"))
	require.Equal(t, Summary{Rows: 12, Records: map[string]int64{wire.TransactionTopic: 12}, Labels: 12,
		Skipped: map[string]int64{}, Rejected: map[Reason]int64{}}, sum)
	lines := out.lines(wire.TransactionTopic + ".jsonl")
	require.Equal(t, `{"event_id":"sparkov-2","customer_id":"X002","card_id":"X002","occurred_at":"2030-05-01T00:31:55.000-05:00","type":"purchase","status":"approved","amount_minor":6409,"currency":"USD","merchant_name":"Quill, Moss and Daughters","entry_mode":"chip","country":"US","lat":30.01,"lon":-97.5}`, lines[1])
	require.Contains(t, lines[2], `"amount_minor":98999,"currency":"USD","merchant_name":"Larkspur Online","entry_mode":"ecommerce"`)
	require.Contains(t, lines[6], `"amount_minor":700,"currency":"USD","merchant_name":"Cafe Ö"`)
	require.Equal(t, []string{"event_id,label", "sparkov-1,0", "sparkov-2,0", "sparkov-3,1"}, out.lines("labels.csv")[:4])
	require.NotContains(t, out, wire.TransactionTopic+".rejected.csv")
}

func TestImportSparkovCards(t *testing.T) {
	out, _ := imported(t, shipped(t, "sparkov-cards"), sample(t, "sparkov-cards.csv"))
	require.Equal(t, []string{
		`{"event_id":"sparkov-home-X001","customer_id":"X001","updated_at":"2025-01-01T00:00:00.000-05:00","home_lat":41.0001,"home_lon":-80.1,"currency":"USD","language":"en","segment":"adults_2550_female_rural"}`,
		`{"event_id":"sparkov-home-X002","customer_id":"X002","updated_at":"2025-01-01T00:00:00.000-05:00","home_lat":29.9,"home_lon":-97.7,"currency":"USD","language":"en","segment":"adults_2550_male_urban"}`,
		`{"event_id":"sparkov-home-X003","customer_id":"X003","updated_at":"2025-01-01T00:00:00.000-05:00","home_lat":47.05,"home_lon":-122.3,"currency":"USD","language":"en","segment":"adults_50up_female_rural"}`,
	}, out.lines("cards.customer.v1.jsonl"))
}

func TestImportCardsimLaysTheGridAroundItsCentreAndGivesEachHomeOnce(t *testing.T) {
	out, sum := imported(t, shipped(t, "cardsim"), sample(t, "cardsim.csv"))
	require.Equal(t, map[string]int64{wire.TransactionTopic: 10, "cards.customer.v1": 3}, sum.Records)
	homes := out.lines("cards.customer.v1.jsonl")
	require.Contains(t, homes[0], `"customer_id":"Q01","updated_at":"2030-05-01T07:30:00.000-06:00","home_lat":39,"home_lon":-98,`)
	require.Contains(t, homes[1], `"customer_id":"Q02","updated_at":"2030-05-01T08:10:00.000-06:00","home_lat":38,"home_lon":-99.2868,`)
	uses := out.lines(wire.TransactionTopic + ".jsonl")
	require.Contains(t, uses[0], `"entry_mode":"chip","country":"US","lat":39,"lon":-97.87132}`)
	require.Contains(t, uses[8], `"amount_minor":64000,"currency":"USD","merchant_id":"M06","entry_mode":"ecommerce","country":"US","lat":39,"lon":-99.2868}`)
}

func TestImportTabformerRefundsDeclinesAndOnlineTrade(t *testing.T) {
	out, sum := imported(t, shipped(t, "tabformer"), sample(t, "tabformer.csv"))
	require.Empty(t, sum.Rejected)
	lines := out.lines(wire.TransactionTopic + ".jsonl")
	require.Equal(t, `{"event_id":"tabformer-2","customer_id":"tabformer-user0","card_id":"tabformer-user0-0","account_id":"tabformer-user0-0","occurred_at":"2030-05-01T09:00:00.000-08:00","type":"purchase","status":"approved","amount_minor":9900,"currency":"USD","mcc":"4900","merchant_id":"bb02","entry_mode":"ecommerce"}`, lines[1])
	require.Contains(t, lines[2], `"type":"refund","status":"approved","amount_minor":4250,"currency":"USD","original_event_id":"tabformer-unnamed-purchase"`)
	require.Contains(t, lines[3], `"entry_mode":"chip","country":"JP","lat":35.01,"lon":135.76}`)
	require.Contains(t, lines[4], `"status":"declined","response_code":"51","amount_minor":1800`)
	require.Contains(t, lines[5], `"status":"declined","amount_minor":1800`, "two errors name no response code")
	require.Contains(t, lines[8], `"type":"purchase","status":"approved","amount_minor":0`)
	require.NotContains(t, lines[8], "country", "a place that the table does not list is left out, not guessed")
}

var tokenKey = []byte("a test key of at least 32 bytes, no more")

func bankMapping(t *testing.T) *Mapping {
	t.Helper()
	m, err := Parse("bank.yaml", sample(t, "bank.yaml"))
	require.NoError(t, err)
	require.NoError(t, m.UseTokenKey(tokenKey))
	require.NoError(t, m.UseLookup("terminals", bytes.NewReader(sample(t, "terminals.csv"))))
	return m
}

func bankExport(t *testing.T) []byte {
	t.Helper()
	encoded, err := simplifiedchinese.GB18030.NewEncoder().Bytes(sample(t, "bank.csv"))
	require.NoError(t, err)
	return encoded
}

func TestImportABankExportInGB18030(t *testing.T) {
	out, sum := imported(t, bankMapping(t), bankExport(t))
	require.Equal(t, Summary{Rows: 12, Records: map[string]int64{wire.TransactionTopic: 5}, Labels: 5,
		Skipped:  map[string]int64{"not posted": 1},
		Rejected: map[Reason]int64{BadMoney: 1, BadTime: 1, BadWord: 1, "clear_pan": 1, MissingValue: 1, BadCSV: 1},
	}, sum)
	lines := out.lines(wire.TransactionTopic + ".jsonl")
	token := func(line string) string { return strings.Split(line, `"`)[11] }
	require.Equal(t, `{"event_id":"0103-1","customer_id":"K1","card_id":"`+token(lines[0])+`","occurred_at":"2030-05-01T00:15:00.000+08:00","type":"purchase","status":"approved","response_code":"00","amount_minor":128050,"currency":"CNY","merchant_name":"星河百货","terminal_id":"T1","entry_mode":"chip","city":"230100","country":"CN"}`, lines[0])
	require.Regexp(t, "^[a-p]{32}$", token(lines[0]))
	require.Equal(t, token(lines[0]), token(lines[1]), "dashes and spaces do not make another card")
	require.NotEqual(t, token(lines[0]), token(lines[2]))
	require.Contains(t, lines[1], `"type":"cash","status":"approved","response_code":"00","amount_minor":50000`)
	require.Contains(t, lines[1], `"city":"440300"`)
	require.Contains(t, lines[2], `"status":"declined","response_code":"51","amount_minor":12000,"currency":"JPY"`)
	require.NotContains(t, lines[2], "city", "a terminal that the lookup lacks takes the default")
	require.Contains(t, lines[3], `"amount_minor":1234,"currency":"KWD"`)
	require.Contains(t, lines[4], `"type":"refund","status":"approved","response_code":"00","amount_minor":8000,"currency":"CNY","original_event_id":"0103-1"`)
	require.Equal(t, []string{"event_id,label", "0103-1,0", "0103-2,0", "0103-3,1", "0103-5,0", "0103-6,0"}, out.lines("labels.csv"))
	require.Equal(t, []string{"line,reason,field",
		"8,bad_money,cards.transaction.v1 amount_minor", "9,bad_time,cards.transaction.v1 occurred_at",
		"10,bad_word,cards.transaction.v1 currency", "11,clear_pan,cards.transaction.v1 customer_id",
		"12,missing_value,cards.transaction.v1 card_id", "13,bad_csv,"}, out.lines(wire.TransactionTopic+".rejected.csv"))
	for name, text := range out {
		require.NotContains(t, text, "41111111", name)
		require.NotContains(t, text, "4111 1111", name)
	}
}

func TestImportIsDeterministic(t *testing.T) {
	first, _ := imported(t, bankMapping(t), bankExport(t))
	second, _ := imported(t, bankMapping(t), bankExport(t))
	require.Equal(t, first, second)
}

func TestImportReadsGzipAndByteOrderMark(t *testing.T) {
	plain, _ := imported(t, shipped(t, "sparkov"), sample(t, "sparkov.csv"))
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write(append([]byte("\xef\xbb\xbf"), sample(t, "sparkov.csv")...))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	unzipped, _ := imported(t, shipped(t, "sparkov"), zipped.Bytes())
	require.Equal(t, plain, unzipped)
}

func TestImportRefusesAFileThatLacksColumns(t *testing.T) {
	_, err := Import(t.Context(), shipped(t, "sparkov"), strings.NewReader("trans_date_trans_time,card_id,merchant,category,amount,merch_lat,merch_lon,is_fraud\n"), memory{})
	require.EqualError(t, err, `sparkov: the file has no column "amt"
sparkov: the file has no column "merch_long"; did you mean "merch_lon"?`)
}

func TestImportRefusesAmbiguousHeadersAndEmptyFiles(t *testing.T) {
	_, err := Import(t.Context(), shipped(t, "sparkov"), strings.NewReader("amt,amt\n"), memory{})
	require.EqualError(t, err, `columns 1 and 2 are both called "amt"`)
	_, err = Import(t.Context(), shipped(t, "sparkov"), strings.NewReader(""), memory{})
	require.EqualError(t, err, "reading the header line: EOF")
}

func TestImportCountsBytesThatAreNoUTF8(t *testing.T) {
	csv := append(sample(t, "sparkov.csv"), "2030-05-02 00:00:00,X001,Caf\xe9,home,1.00,1,1,0\n"...)
	out, sum := imported(t, shipped(t, "sparkov"), csv)
	require.Equal(t, map[Reason]int64{BadEncoding: 1}, sum.Rejected)
	require.Equal(t, []string{"line,reason,field", "14,bad_encoding,"}, out.lines(wire.TransactionTopic+".rejected.csv"))
}

func TestImportNeedsTokenKeyAndLookups(t *testing.T) {
	m, err := Parse("bank.yaml", sample(t, "bank.yaml"))
	require.NoError(t, err)
	_, err = Import(t.Context(), m, bytes.NewReader(bankExport(t)), memory{})
	require.EqualError(t, err, "mapping bank.yaml makes tokens of card numbers and needs a token key")
	require.EqualError(t, m.UseTokenKey(make([]byte, 31)), "the token key has 31 bytes; it needs at least 32")
	require.EqualError(t, m.UseTokenKey(make([]byte, 32)), "the token key is all zero; make one with: openssl rand -out FILE 32")
	require.NoError(t, m.UseTokenKey(tokenKey))
	_, err = Import(t.Context(), m, bytes.NewReader(bankExport(t)), memory{})
	require.EqualError(t, err, `mapping bank.yaml needs the lookup file "terminals"`)
	require.EqualError(t, m.UseLookup("terminal", nil), `mapping bank.yaml has no lookup "terminal"; did you mean "terminals"?`)
	require.EqualError(t, m.UseLookup("terminals", strings.NewReader("terminal,town\n")), `lookup terminals: the file has no column "city"`)
	require.EqualError(t, m.UseLookup("terminals", strings.NewReader("terminal,city\nT1,a\nT1,b\n")), "lookup terminals: line 3 repeats the key of an earlier line")
}

func TestImportLeavesNothingBehindWhenItFails(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Import(ctx, shipped(t, "sparkov"), bytes.NewReader(sample(t, "sparkov.csv")), Dir(dir))
	require.ErrorIs(t, err, context.Canceled)

	broken := errors.New("disk gone")
	in := &failingReader{data: sample(t, "sparkov.csv"), err: broken}
	_, err = Import(t.Context(), shipped(t, "sparkov"), in, Dir(dir))
	require.ErrorIs(t, err, broken)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// failingReader gives its data and then an error.
type failingReader struct {
	data []byte
	err  error
}

func (r *failingReader) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		return 0, r.err
	}
	n := copy(p, r.data)
	r.data = r.data[n:]
	return n, nil
}

func TestImportToADirectoryNeverOverwrites(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "history")
	_, err := Import(t.Context(), shipped(t, "sparkov"), bytes.NewReader(sample(t, "sparkov.csv")), Dir(dir))
	require.NoError(t, err)
	var names []string
	require.NoError(t, filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
		return err
	}))
	require.Equal(t, []string{"cards.transaction.v1.jsonl", "labels.csv"}, names)
	_, err = Import(t.Context(), shipped(t, "sparkov"), bytes.NewReader(sample(t, "sparkov.csv")), Dir(dir))
	require.ErrorContains(t, err, "is already there; remove it or choose another directory")
}
