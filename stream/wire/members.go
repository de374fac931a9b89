package wire

// Members reads a JSON object of a foreign shape as strictly as a Decoder reads ours, but looks for nothing in it. It shows every single
// value to see: its name, nested ones with the outer names and dots before it ("card.pan"), and its text, which is a string without
// escapes, a number as it is written, true or false, and nothing for null. Lists are passed over. Both are valid during the call only.
// The error is a *RejectError; see may have been called before. A name that stands twice is shown twice.
func Members(value []byte, see func(name, text []byte)) error {
	w := walker{scanner: scanner{data: value}, see: see}
	switch {
	case len(value) == 0:
		return &RejectError{Reason: EmptyValue}
	case len(value) > MaxValueBytes:
		return &RejectError{Reason: TooLarge}
	case w.peek() != '{':
		return &RejectError{Reason: notAnObject(value)}
	}
	w.object()
	w.peek()
	if w.reason == "" && w.pos < len(value) {
		w.fail(TrailingData)
	}
	if w.reason == BadJSON && !looksUTF8(value) {
		w.reason = BadEncoding
	}
	if w.reason != "" {
		return &RejectError{Reason: w.reason}
	}
	return nil
}

// walker is where Members stands.
type walker struct {
	scanner
	see  func(name, text []byte)
	path []byte
	text []byte
}

func (w *walker) object() {
	w.open()
	outer := len(w.path)
	for first := true; w.more(first, '}'); first = false {
		name := w.name()
		if w.reason != "" {
			return
		}
		if outer > 0 {
			w.path = append(w.path, '.')
		}
		w.path = unescape(w.path, w.data[name.start:name.end])
		w.member()
		w.path = w.path[:outer]
	}
}

func (w *walker) member() {
	if w.peek() == '{' {
		w.object()
		return
	}
	t := w.value()
	if w.reason != "" || t.kind == arrayToken {
		return
	}
	text := w.data[t.start:t.end]
	switch t.kind {
	case nullToken:
		text = nil
	case escapedText:
		w.text = unescape(w.text[:0], text)
		text = w.text
	}
	w.see(w.path, text)
}
