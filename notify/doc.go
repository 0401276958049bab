// Package notify delivers what the monitor owes: one lane per receiver, in order within an incident.
package notify
