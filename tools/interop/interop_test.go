package interop

import (
	_ "bellhop/notify/webhook"
	_ "github.com/prometheus/alertmanager/api/v2/models"
	_ "github.com/santhosh-tekuri/jsonschema/v6"
	_ "github.com/standard-webhooks/standard-webhooks/libraries/go"
)
