// Package arch holds no code: its test keeps the house as DESIGN describes it, on a plain checkout and without any tool.
package arch
