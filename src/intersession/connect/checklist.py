"""What no program can look up: a person reads it, and does it."""

from __future__ import annotations

TWILIO = (
    "A Business Associate Addendum with Twilio is signed, and this account stands in it. Without it no client may use"
    " the line (HIPAA).",
    "The texting registration is handed in: brand, campaign, and each number in its Messaging Service; or toll-free"
    " verification.",
    "Each number has an emergency address in Twilio's console: 911 asks for one, should anybody dial it from there.",
    "Recording of calls is off everywhere in Twilio's console. Only voicemail is recorded, and it is deleted there as"
    " soon as it is safe here.",
    "HTTP basic authentication for media is on, in the settings of Voice and in those of Messaging: the address of a"
    " recording or a picture alone then opens nothing.",
    "988, once: agree on a time with the 988 Lifeline's administrator or your own centre, say at once that it is a"
    " test, and hear from them which number they saw. Until the practice's policy says crisis_commissioned, key 9 says"
    " how to reach 988 and connects nobody.",
    "Stop the line, call each number, hear the safety words, leave a message. A duty number: have it taken by key 1, by"
    " its voicemail, and by nobody. Start the line: the messages are in Now.",
)  # fmt: skip
