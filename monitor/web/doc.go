// Package web shows what the book says: a page and an API for the operator, a page for everybody, health
// for orchestrators, metrics for Prometheus. It reads snapshots and changes nothing.
//
// The operator's side is for those who reach it over loopback or bring the token; everybody else sees the
// public side, which knows components and sentences, never accounts, evidence, addresses or causes.
package web
