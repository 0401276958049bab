// Package interop tests bellhop's messages against what others made to take them: the reference library of
// Standard Webhooks, Alertmanager's own types, PagerDuty's published schema. It is a module of its own, so that
// what it needs is nothing that bellhop needs.
package interop
