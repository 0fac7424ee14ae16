package lint

import (
	"strings"

	"github.com/daypass/daypass/policy"
)

// rulesOfActions are about Action and NotAction.
func rulesOfActions() []rule {
	return []rule{
		{code: "INVALID_ACTION", severity: Error, statement: unknownAction,
			means: "A service whose actions are all known has none of that name, or none that the pattern matches.",
			fix:   "Check the spelling of the action."},
		{code: "INVALID_SERVICE_IN_ACTION", severity: Error, statement: unknownService,
			means: "The service of an action is misspelt: another one has an action of that name.",
			fix:   "Check the spelling of the service."},
		{code: "ALLOW_WITH_NOT_ACTION", severity: Warning, uses: only(policy.Managed, policy.Inline, policy.Session, policy.Resource), statement: allowNotAction,
			means: "A statement allows everything but what NotAction lists, in all services, also in those that come later.",
			fix:   "List in Action what is allowed."},
		{code: "WILDCARD_IN_SERVICE_NAME", severity: Suggestion, statement: anyService,
			means: "An action or a resource leaves the service open, so that it reaches services nobody thought of.",
			fix:   "Name the services one by one."},
	}
}

func unknownAction(l *linter, s *statement) {
	if s.Action == nil {
		return
	}
	for _, a := range s.Action.Items {
		service, name, _ := strings.Cut(lower(a.Text), ":")
		words, known := l.options.Vocabulary[service]
		if !known || name == "" || words.hasAction(name) {
			continue
		}
		if wild(name) {
			l.say(a, "%s matches no action of %s", clip(a.Text), service)
			continue
		}
		l.advise(a, didYouMean(nearest(name, words.Actions), l.rule.fix), "%s has no action %s", service, clip(a.Text[len(service)+1:]))
	}
}

func unknownService(l *linter, s *statement) {
	if s.Action == nil {
		return
	}
	for _, a := range s.Action.Items {
		service, name, _ := strings.Cut(lower(a.Text), ":")
		if _, known := l.options.Vocabulary[service]; known || wild(a.Text) || name == "" {
			continue
		}
		for _, other := range l.options.Vocabulary.services() {
			if distance(service, other, 2) <= 2 && l.options.Vocabulary[other].hasAction(name) {
				l.advise(a, didYouMean(other, l.rule.fix), "there is no action %s", clip(a.Text))
				break
			}
		}
	}
}

func allowNotAction(l *linter, s *statement) {
	if s.allows() && s.Action != nil && s.Action.Not {
		l.say(l.name(s.Action.Start, "NotAction"), "this allows every action of every service but the listed ones")
	}
}

func anyService(l *linter, s *statement) {
	if s.Action == nil {
		return
	}
	for _, a := range s.Action.Items {
		if service, _, ok := strings.Cut(a.Text, ":"); ok && wild(service) {
			l.say(a, "%s is about the actions of that name in every service", clip(a.Text))
		}
	}
}
