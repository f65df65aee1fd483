"""How the words of a user become the intent of a draft: `draft.intent` and `draft.suggestions`, without a model.

| word | file |
|---|---|
| clause: a turn cut into sentences and clauses, without politeness | `clauses` |
| act: one thing a user does with words: wants, asks or says something | `act`, `acts` |
| turn: everything done in one turn, and what it comes down to | `turn` |
| answer: what a turn is as an answer to the agent | `answers` |
| phrases: how people ask for things and say what they want | `phrases` |
| question: direct ones told as indirect ones | `questions`, `verbs` |
| third person: "I'd like my money back" becomes "they would like their money back" | `third_person` |
| subject: "a user who wants to return a kettle" | `subject` |
| masking: takes out what belongs to one person or one day | `masking` |
| suggest: the line itself | `suggest` |
"""

__all__: list[str] = []
