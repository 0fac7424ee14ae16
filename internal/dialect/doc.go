// Package dialect says what a door of the cloud APIs is: five small things, and no rule of its own. The pipeline (gate) calls
// them; the four clouds implement them in packages below this one, which never import one another.
package dialect
