"""The names of the stream's topics and of the headers of its records. Imports nothing, so that anything may import it."""

INSTANT_REQUEST, INSTANT_VERDICT, INSTANT_DEAD_LETTER = "instant.request", "instant.verdict", "instant.dead_letter"
CREDIT_LOOKUP, CREDIT_ANSWER, CREDIT_DEAD_LETTER = "credit.lookup", "credit.answer", "credit.dead_letter"
CREDIT_CHANGE, CHANGE_DEAD_LETTER = "credit.change", "change.dead_letter"
EVERY = (
    INSTANT_REQUEST, INSTANT_VERDICT, INSTANT_DEAD_LETTER, CREDIT_LOOKUP, CREDIT_ANSWER, CREDIT_DEAD_LETTER, CREDIT_CHANGE, CHANGE_DEAD_LETTER,
)  # fmt: skip

ENGINE = "engine"  # which replica answered
REQUEST = "request"  # the request's bytes, as they came
PERSON = "person"  # "1" on the answer to a look-up on a natural person, which the law wants logged
REASON = "reason"  # on a dead letter: why nobody could answer it
