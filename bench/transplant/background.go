package transplant

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
)

// Row is one purchase of the foreign history.
type Row struct {
	// At is the wall clock at the card's home, in seconds since 1970.
	At int64
	// Cents is the price in US cents.
	Cents      int64
	Lat, Lon   float64
	Card       uint16
	Merchant   uint16
	Category   Category
	Fraudulent bool
}

// Background is a foreign history, in order of time; Cards and Merchants name what its rows number.
type Background struct {
	Rows             []Row
	Cards, Merchants []string
	// byCard are the indexes of each card's rows.
	byCard [][]int32
}

// Category is one of Sparkov's kinds of trade.
type Category uint8

// categories gives Sparkov's names their codes of ISO 18245.
var categories = [...]struct {
	name   string
	mcc    uint16
	online bool
}{
	{"gas_transport", 5541, false}, {"grocery_pos", 5411, false}, {"home", 5719, false}, {"shopping_pos", 5311, false},
	{"kids_pets", 5995, false}, {"entertainment", 7832, false}, {"food_dining", 5812, false}, {"personal_care", 7230, false},
	{"health_fitness", 7997, false}, {"misc_pos", 5999, false}, {"travel", 4722, false},
	{"shopping_net", 5399, true}, {"misc_net", 5964, true}, {"grocery_net", 5499, true},
}

// Online reports whether the card is not shown: Sparkov's names for that end in _net.
func (c Category) Online() bool { return categories[c].online }

var columns = []string{"trans_date_trans_time", "card_id", "merchant", "category", "amt", "merch_lat", "merch_long", "is_fraud"}

// ReadFile reads a history as Read does; a name in .gz is unpacked.
func ReadFile(path string) (b *Background, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("transplant: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if !strings.HasSuffix(path, ".gz") {
		return Read(file)
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("transplant: %s: %w", path, err)
	}
	return Read(unpacked)
}

// Read reads lines of CSV with the columns of Sparkov's output that columns names, in that order. An error tells the line.
func Read(r io.Reader) (*Background, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	if head, err := in.Read(); err != nil || strings.Join(head, ",") != strings.Join(columns, ",") {
		return nil, errors.Join(fmt.Errorf("transplant: the first line must be %s", strings.Join(columns, ",")), err)
	}
	b, cards, merchants := &Background{}, numbering{}, numbering{}
	for {
		line, err := in.Read()
		if errors.Is(err, io.EOF) {
			b.Cards, b.Merchants = cards.names(), merchants.names()
			return b, b.index()
		}
		if err != nil {
			return nil, fmt.Errorf("transplant: %w", err)
		}
		row, err := parseRow(line, cards, merchants)
		if err != nil {
			at, _ := in.FieldPos(0)
			return nil, fmt.Errorf("transplant: line %d: %w", at, err)
		}
		b.Rows = append(b.Rows, row)
	}
}

func (b *Background) index() error {
	if len(b.Cards) > math.MaxUint16 || len(b.Merchants) > math.MaxUint16 {
		return fmt.Errorf("transplant: %d cards and %d merchants, want at most %d of each", len(b.Cards), len(b.Merchants), math.MaxUint16)
	}
	b.byCard = make([][]int32, len(b.Cards))
	for i := range b.Rows {
		b.byCard[b.Rows[i].Card] = append(b.byCard[b.Rows[i].Card], int32(i))
	}
	return nil
}

func parseRow(line []string, cards, merchants numbering) (Row, error) {
	at, err := time.Parse(time.DateTime, line[0])
	if err != nil {
		return Row{}, err
	}
	r := Row{At: at.Unix(), Card: cards.of(line[1]), Merchant: merchants.of(line[2]), Fraudulent: line[7] == "1"}
	known := false
	for i := range categories {
		if categories[i].name == line[3] {
			r.Category, known = Category(i), true
		}
	}
	if !known {
		return Row{}, fmt.Errorf("category %q", line[3])
	}
	var numbers [3]float64
	for i := range numbers {
		if numbers[i], err = strconv.ParseFloat(line[4+i], 64); err != nil {
			return Row{}, err
		}
	}
	r.Cents, r.Lat, r.Lon = int64(math.Round(numbers[0]*100)), numbers[1], numbers[2]
	return r, nil
}

// numbering gives names numbers in the order in which they are met.
type numbering map[string]uint16

func (n numbering) of(name string) uint16 {
	i, known := n[name]
	if !known {
		i = uint16(len(n))
		n[strings.Clone(name)] = i
	}
	return i
}

func (n numbering) names() []string {
	list := make([]string, len(n))
	for name, i := range n {
		list[i] = name
	}
	return list
}
