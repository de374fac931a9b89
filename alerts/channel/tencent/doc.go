// Package tencent hands messages to Tencent Cloud's SMS service.
package tencent
