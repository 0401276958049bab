// Package notify delivers what the monitor owes. The book says what each receiver knows and is owed; an
// Outbox follows it and has one lane per receiver, which makes each attempt durable before it leaves, sends
// it, and hands in what came of it. What is owed is decided in package monitor; how an answer is to be
// taken, and when to try again, in retry.go. The kinds of receiver are packages below this one.
package notify
