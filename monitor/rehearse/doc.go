// Package rehearse plays a world against a book in virtual time and hears every message: the planner, the rules, the
// causes and what receivers are owed are the product's own; only the world, the store and the receivers are not.
package rehearse
