"""Where people are sent at Clever. The only room that knows these addresses."""

HOME = "https://clever.com/"
SIGN_IN = "https://clever.com/login"
HELP_CENTER = "https://support.clever.com/"
SUPPORT_FORM = "https://support.clever.com/hc/en-us/requests/new"
# Where an app is looked for under Applications > Add Applications (B56).
APP_NAME = "Integration console"
