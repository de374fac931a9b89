// Package aliyun hands messages to Aliyun's SMS service.
package aliyun
