// Package mapping turns a bank's own records (rows of a CSV export, or JSON objects of a topic, see Stream) into the contract's JSON
// records by a small declarative YAML file: which column becomes which field, how times, amounts and words are written.
//
// It owns the mapping language, the mappings shipped for the public data sets and as examples, and the import of whole files. It may be called by cmd
// and stream. A Mapping is immutable once its token key and lookups are set, and Apply may then be called from several goroutines.
// A row that cannot be mapped faithfully is refused with a reason from a closed list and no part of the row is quoted; nothing is
// rounded, guessed or cut. The same input and mapping always give the same bytes. Every record is shown to the door (package wire)
// before it is written, so what was imported also replays.
//
// A mapping file:
//
//	about: Card transactions of the Example Bank, export format 7.
//	csv: {delimiter: "|", charset: gb18030}      # by default "," and utf-8; `columns: [a, b]` for a file without a header line
//	lookups: {terminals: {key: terminal}}        # a second file, given at import
//	skip:
//	  - {if: {state: PENDING}, reason: not posted}
//	label: {column: fraud, values: {Y: 1, N: 0}} # makes labels.csv
//	records:
//	  - topic: cards.transaction.v1              # several records may be made from a row; `if:` and `once: true` restrict one
//	    fields:
//	      event_id: {template: "{branch}-{row}"} # {row} is the number of the row; in a topic, {const: ""} is the record's place
//	      customer_id: {column: customer}
//	      card_id: {column: pan, token: true}    # HMAC-SHA-256 by the key given at import
//	      occurred_at: {column: at, time: "2006-01-02 15:04", zone: Asia/Shanghai}
//	      type: {column: amount, sign: {negative: refund, positive: purchase}}
//	      status: {column: answer, values: {"00": approved}, default: declined}
//	      amount_minor: {column: amount, strip: ",", money: major, negative: absolute}
//	      currency: {const: CNY}
//	      entry_mode: {when: [{if: {channel: web, device: none}, value: ecommerce}], default: chip}
//	      city: {lookup: terminals.city, by: terminal, default: ""}
//	      lat: {column: y, scale: 0.01, offset: 38}
package mapping
