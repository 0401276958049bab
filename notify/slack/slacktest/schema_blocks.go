package slacktest

import (
	"maps"
	"regexp"
)

// Limits of Block Kit, in characters (docs.slack.dev/reference/block-kit: the page of each block and element).
const (
	maxID      = 255 // action_id, block_id
	maxTextObj = 3000
	maxHeader  = 150
	maxFields  = 10
	maxField   = 2000
	maxContext = 10
	maxActions = 25
	maxButton  = 75
	maxValue   = 2000
	maxAlt     = 2000
)

var anyText = text(0, maxText)

// plain and marked are the two text objects: only the one has emoji, only the other has verbatim.
func plain(most int) rule {
	return object(fields{"type": oneOf("plain_text"), "text": text(1, most), "emoji": truth}, "type", "text")
}

func marked(most int) rule {
	return object(fields{"type": oneOf("mrkdwn"), "text": text(1, most), "verbatim": truth}, "type", "text")
}

func anyTextObject(most int) rule {
	return byType(map[string]rule{"plain_text": plain(most), "mrkdwn": marked(most)})
}

// blockOf is one of a type, with these fields besides its type and its id.
func blockOf(may fields, need ...string) rule {
	may["type"], may["block_id"] = anyText, text(1, maxID)
	return object(may, need...)
}

// blockRules are the blocks that a message may have and that are known here.
func blockRules() map[string]rule {
	image := fields{"image_url": address, "alt_text": text(1, maxAlt), "title": plain(maxAlt)}
	return map[string]rule{
		"section": with(blockOf(fields{
			"text": anyTextObject(maxTextObj), "fields": listOf(maxFields, anyTextObject(maxField)),
			"accessory": byType(elementRules()), "expand": truth,
		}), either("text", "fields")),
		"header":    blockOf(fields{"text": plain(maxHeader)}, "text"),
		"divider":   blockOf(fields{}),
		"context":   blockOf(fields{"elements": listOf(maxContext, byType(contextRules()))}, "elements"),
		"actions":   blockOf(fields{"elements": with(listOf(maxActions, byType(elementRules())), distinct("action_id"))}, "elements"),
		"image":     blockOf(image, "image_url", "alt_text"),
		"markdown":  blockOf(fields{"text": text(1, maxMarkdown)}, "text"),
		"rich_text": blockOf(fields{"elements": listOf(0, byType(richRules()))}, "elements"),
	}
}

func contextRules() map[string]rule {
	return map[string]rule{"plain_text": plain(maxTextObj), "mrkdwn": marked(maxTextObj), "image": imageElement()}
}

func imageElement() rule {
	return object(fields{"type": anyText, "image_url": address, "alt_text": text(1, maxAlt)}, "image_url", "alt_text")
}

// elementRules are what can be clicked, as far as it is known here.
func elementRules() map[string]rule {
	confirm := object(fields{
		"title": plain(100), "text": anyTextObject(300), "confirm": plain(30), "deny": plain(30), "style": oneOf("primary", "danger"),
	}, "title", "text", "confirm", "deny")
	return map[string]rule{
		"image": imageElement(),
		"button": object(fields{
			"type": anyText, "text": plain(maxButton), "action_id": text(1, maxID), "url": address, "value": text(1, maxValue),
			"style": oneOf("primary", "danger"), "confirm": confirm, "accessibility_label": text(1, maxButton),
		}, "text"),
	}
}

// richRules are the parts of a rich text, which has no marks in its text (…/blocks/rich-text-block).
func richRules() map[string]rule {
	inline := listOf(0, byType(inlineRules()))
	section := object(fields{"type": anyText, "elements": inline}, "elements")
	return map[string]rule{
		"rich_text_section":      section,
		"rich_text_quote":        object(fields{"type": anyText, "elements": inline, "border": number}, "elements"),
		"rich_text_preformatted": object(fields{"type": anyText, "elements": inline, "border": number, "language": anyText}, "elements"),
		"rich_text_list": object(fields{
			"type": anyText, "style": oneOf("bullet", "ordered"), "indent": number, "offset": number, "border": number,
			"elements": listOf(0, byType(map[string]rule{"rich_text_section": section})),
		}, "style", "elements"),
	}
}

func inlineRules() map[string]rule {
	style := object(fields{"bold": truth, "italic": truth, "strike": truth, "code": truth, "underline": truth})
	id := text(1, maxID)
	part := func(may fields, need ...string) rule {
		may["type"], may["style"] = anyText, style
		return object(may, need...)
	}
	return map[string]rule{
		"text":      part(fields{"text": text(1, maxText)}, "text"),
		"link":      part(fields{"url": address, "text": text(1, maxText), "unsafe": truth}, "url"),
		"emoji":     part(fields{"name": id, "unicode": id, "skin_tone": number}, "name"),
		"user":      part(fields{"user_id": id}, "user_id"),
		"usergroup": part(fields{"usergroup_id": id}, "usergroup_id"),
		"channel":   part(fields{"channel_id": id}, "channel_id"),
		"broadcast": part(fields{"range": oneOf("here", "channel", "everyone")}, "range"),
		"date":      part(fields{"timestamp": number, "format": text(1, maxID), "url": address, "fallback": anyText, "timezone": id}, "timestamp", "format"),
	}
}

var colours = regexp.MustCompile(`^(#?[0-9A-Fa-f]{6}|good|warning|danger)$`)

// attachmentRule is for the frame of an attachment; its blocks are looked at with the others. One with blocks has
// nothing but a colour and a fallback besides (docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments).
func attachmentRule(p *problems, at string, v any) {
	ignore := func(*problems, string, any) {}
	colour := func(p *problems, at string, v any) {
		if s, ok := v.(string); !ok || !colours.MatchString(s) {
			p.add(at, "invalid color")
		}
	}
	modern := fields{"color": colour, "fallback": anyText, "blocks": ignore}
	has, _ := v.(map[string]any)
	if list, _ := has["blocks"].([]any); len(list) > 0 {
		object(modern)(p, at, v)
		return
	}
	short := object(fields{"title": anyText, "value": anyText, "short": truth})
	old := fields{
		"pretext": anyText, "text": anyText, "title": anyText, "title_link": address, "footer": anyText, "ts": number,
		"author_name": anyText, "author_link": address, "mrkdwn_in": listOf(0, anyText), "fields": listOf(0, short),
	}
	maps.Copy(old, modern)
	with(object(old), either("text", "title", "pretext", "fields", "fallback"))(p, at, v)
}

var eventName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,255}$`)

// metadataRule is docs.slack.dev/messaging/message-metadata: a name, and values no deeper than objects in lists.
func metadataRule() rule {
	name := func(p *problems, at string, v any) {
		if s, ok := v.(string); !ok || !eventName.MatchString(s) {
			p.add(at, "invalid event_type")
		}
	}
	payload := func(p *problems, at string, v any) {
		if has, ok := v.(map[string]any); !ok || depth(has) > 3 {
			p.add(at, "invalid event_payload")
		}
	}
	return object(fields{"event_type": name, "event_payload": payload}, "event_type", "event_payload")
}

func depth(v any) int {
	deepest := 0
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			deepest = max(deepest, depth(e))
		}
	case []any:
		for _, e := range v {
			deepest = max(deepest, depth(e))
		}
	case nil:
		return 9 // null is no value
	default:
		return 0
	}
	return deepest + 1
}
