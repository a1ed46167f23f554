"""Pure rules of follow-up: tasks, the caring contacts, and one patient's follow-up as a whole.

`calendar` says on which days caring contacts come and draws their hours, `state` and `evolve` hold one
follow-up, `tasks`, `care`, `plans` and `contacting` say what happens because of what was heard, `look`
what is due, `messages` what others are told, `contacts` what a support contact may be told, `digest`
what a person's morning text says, `wordings` the few sentences that follow-up itself writes.
"""
