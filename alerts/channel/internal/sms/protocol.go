package sms

import (
	"errors"
	"io"
	"time"
)

// Frame is one message of a protocol: its header and what follows. CMPP has no Status.
type Frame struct {
	Command, Status, Sequence uint32
	Body                      []byte
}

// Response is the bit that the commands of all answers have, in both protocols.
const Response = 0x80000000

// ErrLength is a length that cannot be: the stream can no longer be cut into frames.
var ErrLength = errors.New("a frame's length is out of bounds")

// Protocol is how a session speaks.
type Protocol struct {
	// Read reads one frame within bounds, Encode is the reverse.
	Read   func(io.Reader) (Frame, error)
	Encode func(Frame) []byte
	// Ask is the command that asks whether the centre lives, Leave the one that says good-bye.
	Ask, Leave uint32
	// MaxSequence is the highest sequence number.
	MaxSequence uint32
	// Handle answers what the centre asks. It must not wait for anything but the session.
	Handle func(*Session, Frame)
	// Garbled is said before hanging up on a frame whose length cannot be; nil for nothing.
	Garbled func(Frame) Frame
	// Window is how many requests may be without an answer, Response how long one is waited for, Enquire how often the centre is asked.
	Window            int
	Response, Enquire time.Duration
}
