package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
)

const (
	defaultLimit = 50
	maxLimit     = 200
	macLen       = 16
)

// query reads a call's parameters, each at most once and none but those known.
func (r *request) query(known ...string) (map[string]string, *Problem) {
	values := map[string]string{}
	for name, list := range r.URL.Query() {
		switch {
		case !slices.Contains(known, name):
			return nil, refusal(CodeUnknownField, FieldError{Parameter: clip(name), Code: fieldUnknown})
		case len(list) > 1:
			return nil, refusal(CodeInvalid, FieldError{Parameter: name, Code: fieldDuplicate})
		case len(list[0]) > 512:
			return nil, refusal(CodeInvalid, FieldError{Parameter: name, Code: fieldValue})
		}
		values[name] = list[0]
	}
	return values, nil
}

// clip keeps what a caller wrote from filling our answer.
func clip(name string) string { return name[:min(len(name), 64)] }

// page is where a list goes on, and how far.
type page struct {
	after clerk.Position
	limit int
}

// pageOf reads limit and cursor. A cursor belongs to the list, with its filters, that gave it.
func (s *Server) pageOf(list string, query map[string]string) (page, *Problem) {
	p := page{limit: defaultLimit}
	if text, given := query["limit"]; given {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxLimit || strconv.Itoa(limit) != text {
			return p, refusal(CodeInvalid, FieldError{Parameter: "limit", Code: fieldValue})
		}
		p.limit = limit
	}
	if text, given := query["cursor"]; given {
		after, ok := s.openCursor(list, text)
		if !ok {
			return p, refusal(CodeBadCursor)
		}
		p.after = after
	}
	return p, nil
}

func (s *Server) cursor(list string, at clerk.Position) string {
	body := append(binary.BigEndian.AppendUint64(nil, at.Order), at.ID...)
	return base64.RawURLEncoding.EncodeToString(append(s.mac(list, body), body...))
}

func (s *Server) openCursor(list, text string) (clerk.Position, bool) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(data) < macLen+8 {
		return clerk.Position{}, false
	}
	body := data[macLen:]
	if !hmac.Equal(data[:macLen], s.mac(list, body)) {
		return clerk.Position{}, false
	}
	return clerk.Position{Order: binary.BigEndian.Uint64(body), ID: string(body[8:])}, true
}

func (s *Server) mac(list string, body []byte) []byte {
	h := hmac.New(sha256.New, s.cfg.CursorKey)
	h.Write([]byte("cardwatch cursor\x00" + list + "\x00"))
	h.Write(body)
	return h.Sum(nil)[:macLen]
}

func missing(pointer string) *Problem {
	return refusal(CodeInvalid, FieldError{Pointer: pointer, Code: fieldMissing})
}

func badValue(pointer string) *Problem {
	return refusal(CodeInvalid, FieldError{Pointer: pointer, Code: fieldValue})
}
