"""The dialplan: every call is handed to our server, and what it does not take falls back to Asterisk itself (V00)."""

from __future__ import annotations

from textwrap import dedent

from .pbx import BEEP, FALLBACK, FALLBACK_SAVED, TRUNK, Pbx

FAMILY = "intersession"
"""In Asterisk's own small database every call is noted as it comes in (channel:time:line:number), until we have told
of it. The note is the key: ARI may read a database's keys and not its values."""
ENDED, RECORDED = "ENDED_", "RECORDED_"
"""Global variables, with the channel's id behind: when the call, and the fallback's recording, was over. Once a call
has been with our server, Asterisk lets its dialplan write no database any more."""
ANSWERED_WITHIN = 4
"""Seconds in which our server has to take a new call."""
NUMBER = "_[+0-9]."


def dialplan(pbx: Pbx) -> str:
    """extensions.conf."""
    staff = "".join(
        f"exten => {number},1,Goto(from-{TRUNK},{number},1)\n" for number in sorted(pbx.lines)
    )
    return f"""\
; Every call goes to our server. If it is not there, does not answer within {ANSWERED_WITHIN} s, or dies while the
; caller waits (then it no longer puts the time-out off), the caller hears the safety words here and can leave a
; message.
[from-{TRUNK}]
{_arriving(pbx)}
; Staff phones reach the practice's own numbers, and nothing else.
[from-staff]
{staff}
[fallback]
{_fallback(pbx)}
{NOTES}
; Empty on purpose: a text without an extension is handed to our server. Never run Stasis() on a text.
[nowhere]
"""


def _arriving(pbx: Pbx) -> str:
    return dedent(f"""\
        exten => {NUMBER},1,Set(NUMBER=${{FILTER(0-9+,${{CALLERID(num)}})}})
         same => n,Set(DB({FAMILY}/${{UNIQUEID}}:${{EPOCH}}:${{FILTER(0-9+,${{EXTEN}})}}:${{NUMBER}})=1)
         same => n,Set(TIMEOUT(absolute)={ANSWERED_WITHIN})
         same => n,Stasis({pbx.app},inbound,${{EXTEN}})
         same => n,GotoIf($["${{STASISSTATUS}}" = "SUCCESS"]?over)
         same => n,Goto(fallback,s,1)
         same => n(over),Hangup()
        exten => T,1,Goto(fallback,s,1)
        """) + OVER


def _fallback(pbx: Pbx) -> str:
    """It never ends a caller's call: the words come again until they hang up."""
    return dedent(f"""\
        exten => s,1,Set(TIMEOUT(absolute)=0)
         same => n,Answer()
         same => n,Playback({pbx.sounds / FALLBACK})
         same => n,Playback({pbx.sounds / BEEP})
         same => n,Record(${{ASTSPOOLDIR}}/recording/fallback-${{UNIQUEID}}.wav,15,{pbx.longest_seconds},kq)
         same => n,Set(GLOBAL({RECORDED}${{UNIQUEID}})=${{EPOCH}})
         same => n,Playback({pbx.sounds / FALLBACK_SAVED})
         same => n(again),Playback({pbx.sounds / FALLBACK})
         same => n,Wait(5)
         same => n,Goto(again)
        """) + OVER


OVER = f"exten => h,1,Set(GLOBAL({ENDED}${{UNIQUEID}})=${{EPOCH}})\n"

NOTES = dedent(f"""\
    ; Our server asks for the notes here: ARI reads the database over a channel only.
    [notes]
    exten => s,1,Answer()
     same => n,Wait(10)

    ; What was told is struck out, with the number in it.
    [strike-out]
    exten => _X.,1,NoOp(${{DB_DELETE({FAMILY}/${{EXTEN}})}})
     same => n,Hangup()
    """)
