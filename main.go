// Command bellhop watches apaleo on behalf of the people who run an integration on it.
package main

func main() {}
