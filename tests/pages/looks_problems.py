"""The page of problems in every state."""

from tests.pages.looks import Look, at
from tests.pages.scenes import BOB

LOOKS = (
    Look("problems-empty", at("/d/juniper/problems/")),
    Look("problems-full", at("/d/maple/problems/")),
    Look("problems-closed", at("/d/maple/problems/?state=closed")),
    Look("problems-none", at("/d/maple/problems/?who=here&type=staff&code=date_invalid")),
    Look("problems-paged", at("/d/harbor/problems/?page=2")),
    Look("problems-error", at("/d/maple/problems/?who=nonsense&order=x&page=-1")),
    Look("problems-viewer", at("/d/maple/problems/"), BOB),
)
