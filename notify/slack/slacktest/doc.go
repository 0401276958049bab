// Package slacktest is a stand-in for Slack: an http.Handler with the part of the Web API that a bot needs, incoming
// webhooks, Slack's limits and Slack's answers, which fails when told to, and shows each channel as a person would see
// it, as text and as a page. It shares no type with the code that talks to Slack, and reads messages as Slack
// documents them (docs.slack.dev); where Slack forgives what a program surely did not mean, it does not.
package slacktest
