package slacktest_test

import (
	"testing"

	"github.com/slack-go/slack"
)

// TestText ensures that a channel as text shows what people saw, in the order in which they saw it.
func TestText(t *testing.T) {
	p := newPlace(t, free)
	marked := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("mrkdwn", s, false, false) }
	plain := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", s, false, false) }
	bar := func(colour, title string) slack.MsgOption {
		return slack.MsgOptionAttachments(slack.Attachment{Color: colour, Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewHeaderBlock(plain(title)),
			slack.NewSectionBlock(nil, []*slack.TextBlockObject{marked("*Since*\n<!date^1795341731^{time_secs}|10:02:11 UTC>"), marked("*Affected*\n14 of 14")}, nil),
			slack.NewSectionBlock(plain("• <!here> is not a mention here, nor is *this* bold"), nil, nil),
			slack.NewContextBlock("", marked("<https://example.com/a?b=1&amp;c=2|Runbook>  ·  `inc_1`")),
		}}})
	}
	root := p.post(t, text("🔴 *DOWN* apaleo API &amp; more <@U1> <!subteam^S2|@oncall> <!here>"), bar("#D00000", "apaleo API is DOWN"))
	p.post(t, text("_also_ ~not~ identity :eyes:"), slack.MsgOptionTS(root))
	p.ops.Say("anna", "on it")
	if _, _, _, err := p.api.UpdateMessageContext(t.Context(), p.ops.ID(), root, text("✅ *RESOLVED* apaleo API works again"), bar("#2EB67D", "It WORKS again")); err != nil {
		t.Fatal(err)
	}
	p.post(t, text("✅ up after 17 min"), slack.MsgOptionTS(root), slack.MsgOptionBroadcast())
	const want = `#ops

bellhop (edited)
  notified: 🔴 DOWN apaleo API & more @U1 @oncall @here
  rang: @U1, @oncall, @here
  was: red | 🔴 DOWN apaleo API & more @U1 @oncall @here
  ✅ RESOLVED apaleo API works again
  green | It WORKS again
        | Since: 10:02:11 UTC
        | Affected: 14 of 14
        | • <!here> is not a mention here, nor is *this* bold
        | Runbook (https://example.com/a?b=1&c=2)  ·  ` + "`inc_1`" + `
  2 replies
  > bellhop
  >   also not identity 👀
  > bellhop · also sent to the channel
  >   ✅ up after 17 min

anna
  notified: on it
  on it

bellhop · replied to a thread: ✅ RESOLVED apaleo API works again
  notified: ✅ up after 17 min
  ✅ up after 17 min
`
	if got := p.ops.Text(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
