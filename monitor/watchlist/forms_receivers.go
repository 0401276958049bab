package watchlist

type receiverForm struct {
	At           place
	Name         text              `key:"name"`
	When         whenForm          `key:"when"`
	After        span              `key:"after"`
	Remind       limit             `key:"remind"`
	Slack        *slackForm        `key:"slack"`
	Webhook      *webhookForm      `key:"webhook"`
	PagerDuty    *pagerDutyForm    `key:"pagerduty"`
	Alertmanager *alertmanagerForm `key:"alertmanager"`
	Template     *templateForm     `key:"template"`
}

type whenForm struct {
	At       place
	Severity []text `key:"severity"`
	Side     []text `key:"side"`
	Scope    []text `key:"scope"`
}

type slackForm struct {
	At        place
	URL       sealed       `key:"webhook_url"`
	URLFile   text         `key:"webhook_url_file"`
	Token     sealed       `key:"token"`
	TokenFile text         `key:"token_file"`
	Channel   text         `key:"channel"`
	API       text         `key:"api"`
	Mention   *mentionForm `key:"mention"`
	Digest    number       `key:"digest"`
}

type mentionForm struct {
	At       place
	Who      []text     `key:"who"`
	Severity []text     `key:"severity"`
	Quiet    *quietForm `key:"quiet_hours"`
}

type quietForm struct {
	At   place
	From text `key:"from"`
	To   text `key:"to"`
	Zone text `key:"zone"`
}

type webhookForm struct {
	At         place
	URL        sealed            `key:"url"`
	URLFile    text              `key:"url_file"`
	Secret     sealed            `key:"secret"`
	SecretFile text              `key:"secret_file"`
	Deliver    text              `key:"deliver"`
	Headers    map[string]sealed `key:"headers"`
}

type pagerDutyForm struct {
	At      place
	Key     sealed `key:"routing_key"`
	KeyFile text   `key:"routing_key_file"`
	URL     text   `key:"url"`
}

type alertmanagerForm struct {
	At      place
	URL     sealed            `key:"url"`
	URLFile text              `key:"url_file"`
	Labels  map[string]text   `key:"labels"`
	Headers map[string]sealed `key:"headers"`
}

type templateForm struct {
	At          place
	URL         sealed            `key:"url"`
	URLFile     text              `key:"url_file"`
	Use         text              `key:"use"`
	Body        text              `key:"body"`
	BodyFile    text              `key:"body_file"`
	ContentType text              `key:"content_type"`
	Headers     map[string]sealed `key:"headers"`
}
