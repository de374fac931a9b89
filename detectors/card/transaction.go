package card

// Transaction is one authorisation, advice, reversal or refund (cards.transaction.v1, ISO 8583 fields in brackets).
type Transaction struct {
	Head
	// Card is the card token; Account the account it bills to, the card token itself when the bank names none.
	Card, Account string
	// Type is what was asked (DE 3), Status what was answered (DE 39).
	Type         Type
	Status       Status
	ResponseCode string
	// Amount is the billing amount in the card's own currency (DE 6/51), never negative.
	Amount Money
	// Original names the event that a reversal or refund takes back; empty for the others.
	Original string
	// MCC is the merchant category (DE 18), 0 when absent.
	MCC MCC
	// Merchant, MerchantName and Terminal are DE 42, 43 and 41; empty when absent.
	Merchant, MerchantName, Terminal string
	Entry                            EntryMode
	// Place is where the terminal stands. It says nothing about the cardholder unless Entry.CardPresent().
	Place Place
}

// Type is what a transaction asks for (DE 3).
type Type uint8

// The transaction types of the contract.
const (
	Purchase Type = iota + 1
	Cash
	Refund
	Reversal
)

var typeNames = names[Type]{"", "purchase", "cash", "refund", "reversal"}

// String is the contract's word.
func (t Type) String() string { return typeNames.of(t) }

// ParseType reads the contract's word.
func ParseType(s string) (Type, bool) { return typeNames.parse(s) }

// Status is how the issuer answered (DE 39).
type Status uint8

// The statuses of the contract.
const (
	Approved Status = iota + 1
	Declined
)

var statusNames = names[Status]{"", "approved", "declined"}

// String is the contract's word.
func (s Status) String() string { return statusNames.of(s) }

// ParseStatus reads the contract's word.
func ParseStatus(s string) (Status, bool) { return statusNames.parse(s) }

// EntryMode is how the card's data reached the terminal (DE 22). The zero value is "not told".
type EntryMode uint8

// The entry modes of the contract.
const (
	Chip EntryMode = iota + 1
	Contactless
	Magstripe
	Manual
	Ecommerce
	QR
	CredentialOnFile
)

var entryNames = names[EntryMode]{"", "chip", "contactless", "magstripe", "manual", "ecommerce", "qr", "credential_on_file"}

// String is the contract's word, empty when the mode was not told.
func (e EntryMode) String() string { return entryNames.of(e) }

// ParseEntryMode reads the contract's word.
func ParseEntryMode(s string) (EntryMode, bool) { return entryNames.parse(s) }

// CardPresent reports whether the card (or its phone) touched a terminal, so that the terminal's place is the holder's
// place. Keyed, online and stored-credential trade is acquired anywhere; a QR code may be shown on a screen far away.
func (e EntryMode) CardPresent() bool {
	return e == Chip || e == Contactless || e == Magstripe
}

// MCC is an ISO 18245 merchant category code, 1 … 9999; 0 means absent.
type MCC uint16

// names maps a small enumeration to the contract's words; entry 0 is the unset value.
type names[E ~uint8] []string

func (n names[E]) of(e E) string {
	if int(e) >= len(n) {
		return ""
	}
	return n[e]
}

func (n names[E]) parse(s string) (E, bool) {
	for i := 1; i < len(n); i++ {
		if n[i] == s {
			return E(i), true
		}
	}
	return 0, false
}
