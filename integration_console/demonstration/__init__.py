"""The demonstration: made-up districts whose last fourteen nights really went through the console.

Rooms: `sizes` (how many of everything), `calendar` (when the nights were), `stage` (the sandbox
Clever, and what was done to it, written down), `cast` (who is in Clever before it begins), `nights`
(what happens in Clever, night by night), `residents` (the people who are here before Clever),
`office` (whom Maple Ridge tells and what it keeps), `districts` (the three districts), `mistake`
(what is approved in haste, and undone), `past` (lets what is done now have happened then),
`left_over` (runs that were interrupted), `story` (plays all of it, once), `logins`.

Nothing is written as if: everybody is loaded from files, matched, planned, held and applied by the
console's own engine, and only the times of it are moved back.
"""
