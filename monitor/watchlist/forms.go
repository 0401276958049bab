package watchlist

// The forms are the table of keys: each field's tag is a key of config.yaml, and a key without a field is
// unknown. What the keys mean is told in config.yaml itself.

type fileForm struct {
	At        place
	Apaleo    apaleoForm     `key:"apaleo"`
	Accounts  []accountForm  `key:"accounts"`
	Hotels    text           `key:"accounts_file"`
	Watchlist listForm       `key:"watchlist"`
	Report    reportForm     `key:"report"`
	Receivers []receiverForm `key:"receivers"`
	Detection detectionForm  `key:"detection"`
	Control   []text         `key:"control"`
	Heartbeat heartbeatForm  `key:"heartbeat"`
	Store     storeForm      `key:"store"`
	Web       webForm        `key:"web"`

	Webhooks []subscriptionForm `key:"webhooks"`
	Texts    map[string]text    `key:"texts"`

	Maintenance []windowForm `key:"maintenance"`

	StillWatching stillForm `key:"still_watching"`
}

type stillForm struct {
	At       place
	Schedule text `key:"schedule"`
}

type windowForm struct {
	At       place
	Name     text            `key:"name"`
	Why      text            `key:"why"`
	Checks   []text          `key:"checks"`
	Accounts []text          `key:"accounts"`
	Labels   map[string]text `key:"labels"`
	From     text            `key:"from"`
	Until    text            `key:"until"`
	Schedule text            `key:"schedule"`
	For      span            `key:"for"`
}

type reportForm struct {
	At        place
	Token     sealed `key:"token"`
	TokenFile text   `key:"token_file"`
}

type beatForm struct {
	At      place
	Grace   span   `key:"grace"`
	Key     sealed `key:"key"`
	KeyFile text   `key:"key_file"`
}

type apaleoForm struct {
	At         place
	API        text `key:"api"`
	Identity   text `key:"identity"`
	Webhook    text `key:"webhook"`
	StatusPage text `key:"status_page"`
	CAFile     text `key:"ca_file"`

	Distribution text `key:"distribution"`
	Integration  text `key:"integration"`
	Maintenance  text `key:"maintenance"`
}

type accountForm struct {
	At         place
	Name       text   `key:"name"`
	Kind       text   `key:"kind"`
	Code       text   `key:"code"`
	Type       text   `key:"type"`
	Properties []text `key:"properties"`
	ClientID   text   `key:"client_id"`
	Secret     sealed `key:"client_secret"`
	SecretFile text   `key:"client_secret_file"`

	TokenFile       text   `key:"token_file"`
	TokenURL        text   `key:"token_url"`
	TokenHeader     sealed `key:"token_header"`
	TokenHeaderFile text   `key:"token_header_file"`
	RefreshFile     text   `key:"refresh_token_file"`
}

type listForm struct {
	At        place
	Include   []text                  `key:"include"`
	Modules   []text                  `key:"modules"`
	Overrides map[string]overrideForm `key:"overrides"`
	Checks    []checkForm             `key:"checks"`
}

type overrideForm struct {
	At        place
	Off       flag          `key:"off"`
	Paused    flag          `key:"paused"`
	Every     span          `key:"every"`
	Timeout   span          `key:"timeout"`
	Slow      limit         `key:"slow"`
	Public    text          `key:"public"`
	Detection detectionForm `key:"detection"`
}

type subscriptionForm struct {
	At           place
	Name         text   `key:"name"`
	Endpoint     sealed `key:"endpoint"`
	EndpointFile text   `key:"endpoint_file"`
	Account      text   `key:"account"`
	Events       []text `key:"events"`
	Properties   []text `key:"properties"`
	Ping         flag   `key:"ping"`
}

type checkForm struct {
	At        place
	Name      text            `key:"name"`
	Title     text            `key:"title"`
	Public    text            `key:"public"`
	Schedule  text            `key:"schedule"`
	Spread    span            `key:"spread"`
	Timeout   span            `key:"timeout"`
	Slow      limit           `key:"slow"`
	Account   text            `key:"account"`
	Labels    map[string]text `key:"labels"`
	Runbook   text            `key:"runbook"`
	DependsOn []text          `key:"depends_on"`
	Paused    flag            `key:"paused"`
	Detection detectionForm   `key:"detection"`
	HTTP      *httpForm       `key:"http"`
	TLS       *tlsForm        `key:"tls"`
	DNS       *dnsForm        `key:"dns"`
	TCP       *tcpForm        `key:"tcp"`
	Heartbeat *beatForm       `key:"heartbeat"`
}

type httpForm struct {
	At        place
	URL       text              `key:"url"`
	Method    text              `key:"method"`
	Headers   map[string]sealed `key:"headers"`
	Body      text              `key:"body"`
	Expect    text              `key:"expect"`
	Follow    flag              `key:"follow_redirects"`
	CertFile  text              `key:"client_cert_file"`
	KeyFile   text              `key:"client_key_file"`
	RootsFile text              `key:"ca_file"`
}

type tlsForm struct {
	At        place
	Host      text `key:"host"`
	RootsFile text `key:"ca_file"`
}

type dnsForm struct {
	At     place
	Name   text   `key:"name"`
	Type   text   `key:"type"`
	Server text   `key:"server"`
	Expect []text `key:"expect"`
}

type tcpForm struct {
	At        place
	Host      text `key:"host"`
	Send      text `key:"send"`
	Expect    text `key:"expect"`
	TLS       flag `key:"tls"`
	RootsFile text `key:"ca_file"`
}

type detectionForm struct {
	At      place
	Preset  text `key:"preset"`
	Reprobe span `key:"reprobe"`
	Span    span `key:"span"`
	Hold    span `key:"hold"`
}

type heartbeatForm struct {
	At      place
	URL     sealed `key:"url"`
	URLFile text   `key:"url_file"`
}

type storeForm struct {
	At       place
	Path     text   `key:"path"`
	Postgres sealed `key:"postgres"`
}

type webForm struct {
	At        place
	Listen    text `key:"listen"`
	Public    text `key:"public"`
	PublicURL text `key:"public_url"`
	TokenFile text `key:"token_file"`
	Reconnect text `key:"reconnect_url"`
}
