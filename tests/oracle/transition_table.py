"""The table of states and roles as plain text: command | roles | states."""

STATES = [
    "dispatched",
    "signed",
    "in_hand",
    "return_requested",
    "suspended",
    "reply_review",
    "replied",
    "redo",
    "closed",
    "returned",
    "withdrawn",
    "merged",
]
SHORT = {
    "D": "dispatcher", "L": "shift_leader", "S": "supervisor", "LI": "liaison", "CW": "community_worker",
    "H": "hotline", "DI": "district", "CE": "centre", "AU": "auditor", "AD": "administrator", "WA": "wall",
}  # fmt: skip
SENT = "dispatched signed in_hand return_requested suspended reply_review replied redo"
OPEN = SENT + " returned"
EVERY = " ".join(STATES)
TEXT = f"""
receive_order            | D L H CE        |
sign_for                 | D L             | dispatched redo
record_contact           | D L CW          | signed in_hand return_requested suspended reply_review replied redo
assign                   | D L             | signed in_hand redo
report_progress          | D L CW          | signed in_hand suspended redo
reply                    | D L             | in_hand redo
approve_reply            | L               | reply_review
send_back_reply          | L               | reply_review
record_call_back         | D L H           | replied closed
order_redo               | H               | replied
reopen_case              | L S H           | closed
add_note                 | D L S CW H DI   | {EVERY}
request_return           | D L             | dispatched signed
request_extension        | D L             | signed in_hand redo
request_suspension       | D L             | in_hand redo
request_exclusion        | D L             | signed in_hand replied redo closed
send_request             | L               | {SENT} closed
drop_request             | D L             | {SENT} closed
decide_request           | H DI            | {SENT} closed
adjudicate               | H DI            | return_requested
transfer                 | H               | dispatched signed in_hand returned
withdraw_order           | H               | {OPEN}
split_case               | D L             | in_hand redo
merge_case               | L H             | dispatched signed in_hand redo
absorb_duplicate         | CE              | {OPEN}
note_child_ended         | CE              | {EVERY}
resume_case              | L H DI CE       | suspended
supervise                | S DI H CE       | {OPEN}
lift_supervision         | S DI H          | {EVERY}
change_urgency           | H               | dispatched signed in_hand return_requested suspended reply_review redo
urge                     | H               | {OPEN}
give_number              | H               | {EVERY}
undo                     | D L S CW H DI LI | {EVERY}
close_case               | D L H           | replied
reveal_caller            | D L H DI        | {EVERY}
erase_personal_data      | AD CE           | closed withdrawn merged
blow_whistle             | D L S           | dispatched signed in_hand return_requested suspended redo
approve_whistle          | L               | {EVERY}
pass_milestone           | D L LI          | {EVERY}
contact_street           | D L LI          | {EVERY}
record_departure         | D L LI          | {EVERY}
declare_no_show          | D L             | {EVERY}
refuse_summons           | LI              | {EVERY}
adjudicate_summons       | DI              | {EVERY}
send_back_work           | D L             | {EVERY}
hold_meeting             | D L             | {EVERY}
climb_ladder             | CE              | {EVERY}
score_department         | S               | {EVERY}
accept_whistle           | D L             | {EVERY}
withdraw_whistle         | D L             | {EVERY}
"""


def _rows():
    rows = {}
    for line in TEXT.strip().splitlines():
        command, roles, states = (part.strip() for part in line.split("|"))
        rows[command] = (frozenset(SHORT[r] for r in roles.split()), frozenset(states.split()))
    return rows


ROWS = _rows()
CAN_HAVE_HAPPENED = frozenset(
    [
        "assign",
        "contact_street",
        "hold_meeting",
        "pass_milestone",
        "record_call_back",
        "record_contact",
        "record_departure",
        "report_progress",
        "sign_for",
    ]
)
"""Facts that may be written down later than they happened."""
FACTS = frozenset(["add_note", "assign", "record_contact", "report_progress", "sign_for"])
"""Facts that may still be recorded when they come late and the case has gone on."""
FINAL_KINDS = frozenset(
    [
        "absorb_duplicate",
        "adjudicate",
        "blow_whistle",
        "climb_ladder",
        "close_case",
        "erase_personal_data",
        "give_number",
        "merge_case",
        "note_child_ended",
        "receive_order",
        "reopen_case",
        "reveal_caller",
        "split_case",
        "transfer",
        "undo",
        "withdraw_order",
    ]
)
"""What cannot be undone."""
