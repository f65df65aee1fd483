"""The person's side, before a coaching is live: from a recorded step to saved coaching.

| word | file |
|---|---|
| draft: a coaching that is not saved yet, begun at a recorded step or over a saved one | `draft`, `draft_source` |
| … and how a notebook shows it | `draft_html` |
| home: the store and namespace it was begun in, and the only ones it is saved to | `home` |
| source examples: what it knows of the step it is written from | `source_examples` |
| intents: the words of a user made into a suggested intent | `intents` |
| proposal: a phrasing or near miss that a model suggests; a person keeps or drops it | `proposal`, `propose` |
| model answer: what the model wrote, read with patience | `model_answer` |
| similar: a recorded situation that would teach most, to be answered yes or no | `similar`, `most_similar` |
| … how much it would teach | `informativeness` |
| situations: those recorded, and what a coaching would be in them | `situations` |
| … where those are, in memory, and how likely it is at all of them | `recorded_places`, `recorded_chances` |
| other coachings: which words and situations are theirs | `other_coachings` |
| lint: what is the matter with a coaching, and each finding | `lint` |
| outlook: what is known of a coaching, and what to expect of it | `outlook`, `outlook_hint` |
| impact: the recorded steps it would have fired on | `impact`, `impact_rows`, `impact_text` |
| … counted against what applies there today | `impact_count`, `impact_choices`, `choices_today` |
| … of which what a save or a draft does not change is not looked up again | `choices_kept`, `choices_decided` |
| … calls at one place as one, and whether a search would look at the coaching | `impact_calls`, `impact_shortlist` |
| … where it stays silent though its source or an example says yes | `silent_texts` |
| … every recorded model call, and where its situation is | `call_index`, `situation_vectors`, `known_places` |
| … the coachings of today beside those there would be | `supposition` |
| preview: its source step answered again, before and after | `preview`, `preview_call`, `preview_effect` |
| … what a graph does where it is enforced, and whether it can | `enforced_effect` |
| draft checks: a draft held against what is recorded | `draft_checks` |
| corrections: what people left in a tracer, as drafts | `corrections` |
| drafter, editor: drafts begun; coachings written, edited, archived, restored | `drafter`, `editor` |
| exchange: out into a folder of text files, and back in | `exchange`, `coaching_files`, `file_name` |
| … what that has done | `exported`, `imported` |
| merge: what was changed in a file, in the store, or in both | `merge`, `merge_fields` |
| lineage: what a file and a store have in common | `lineage` |
| records: another product's exports (Dify's annotations, Ada's coachings) as coachings | `records` |
| meanwhile: of two who change one coaching, none undoes what the other has done | `meanwhile`, `looked_at` |
| revision vectors: of a revision that follows another only what is new is embedded | `revision_vectors` |
| overtaking: a change that another has overtaken is made again on top of theirs | `overtaking` |
| stages: coachings promoted together and taken back; the kill switch | `stages` |
| change set: what was changed together, read from the histories | `change_set` |
| promotion: the revisions that are made for it | `promotion` |
| eraser: what was said in traces goes, wherever it has come to stand | `eraser` |
| audit: every change in order of time, who made it | `audit`, `audit_index`, `audit_text` |
| retention: the rule by which traces go by themselves, and who keeps to it | `retention`, `retainer` |
| repository, revision: saved revision by revision | `repository`, `revision` |
| split: what of a system prompt holds in one situation only | `split` |
| step reference: a step by name, `t-…:7` | `step_reference` |
| id finder: ids by how they begin | `id_finder` |

A draft begins at a **coachable** step: one the agent's own reasoning made (a message, a tool call, a handoff), never
a user's words, a tool's result or canned text. What the user said there becomes its first example.

```python
draft = coach.draft(step)
draft = draft.when("a customer asks what shipping costs")  # or keep draft.intent; draft.suggestions has others
draft = draft.reply("Ask which country it goes to before quoting a price.")
# or .search_knowledge(article) .action(tool) .process(name) .playbook(name) .handoff(target); .having(notes=…)
coaching = coach.save(draft)
```

**Make the first correction count.** One message is one person's words. Before or after saving, tell more of them:

```python
draft = coach.draft(step).when("a customer asks what shipping costs").reply("Ask for the country first.")
draft = draft.propose(model)  # phrasings of other people, and near misses where it must stay silent
draft.proposals, draft.warnings  # draft.drop(2), draft.reword(0, "…"); what you keep is saved as `proposed`

for one in draft.similar():  # without a model: recorded situations that would teach most
    draft = draft.also(one) if "shipping" in one.text else draft.never(one)

print(coach.outlook(coaching))  # by how many texts it is known, where it would fire, what stays silent near it
coach.edit(coaching.id, add_examples=["what's the postage?"], add_never=["can you ship to a hotel?"])
```
```text
known by 2 texts
fires at its source, at 0.98 (the floor is 0.20)
would meet 1 of 1 recorded situations
next: nothing; try what others may say with `langgraph-coaching advise "…"`
```

**Before it is live.** Where it would have fired on what is recorded, and what the agent would say then:

```python
print(draft.impact())  # also .to_json()
preview = draft.preview(model)  # the source step again; without a model only the prompts
preview.before.text, preview.after.text, preview.effect  # or print it
```
```text
c-t7ky4404g82x: a customer asks what shipping costs
would fire at 1 of 2 model calls in 1 recorded run (50.0%)
1 new: 0 where nothing applies today, 1 where other coaching does
new:
  t-01a229fe10ff704bbd2f3e8623346845:1  0.97  How much is shipping for a pair of boots?
```

An impact looks at the latest 60,000 turns. Where their situations are is kept in the table `situations`: vectors
without a text, at most 100 MB, which go with the traces; so each is embedded once for all processes. The first time
that is most of it: it takes as long as `within=` allows (a minute; None for all of it), says by `progress=` how far it
is, and goes on there when it is asked again. Of 100,000 recorded steps, with 20 coachings, another process then takes
12 s of a core, half of it for reading the traces; after that it is half a second for a draft that fires seldom and 3 s
for one that fires on half of all calls; 0.6 GB of memory at most (`tests/benchmarks/impact.py --drawn`).

For what is saved: `coach.impact(id)`, `coach.preview(id)`, `coach.propose(id, model)`, `coach.similar(id)`,
`coach.review()`; on the command line `impact`, `preview`, `propose`, `similar`, `review` and `why`. While you author,
faults raise a `CoachingError` that says what to do.

**Stages.** draft → shadow → canary → active → archived. A shadow is looked at like what is active, takes nothing from
it and is in no prompt; its receipts have the outcome `shadow` where it would have been applied. A canary is in the
prompts of a share of the threads, the same ones in every process and for ever; a larger share keeps those of a smaller
one, and the coachings of one set are together in a prompt or not at all. Elsewhere the outcome is `held_back`: the
control. A call without a thread is in the control; name it with `coach.advise(messages, thread_id=…)`, a graph's is
known. Verdicts on both say whether it would have been right.

```python
draft = coach.draft(step).when("a customer asks what shipping costs").reply("Say that it is free from 50 euros.")
shadow = coach.save(draft, status="shadow")
coach.promote(shadow, to="canary", share=0.1)  # one id or many: all of them in one commit, or none
made = coach.promote([shadow], to="active", replaces=[coaching], author="dana", note="new shipping policy")
print([(change.before, change.after) for change in sorted(made.changes, key=lambda change: change.after)])
coach.rollback(made)  # each has the stage it had; a change set as well
print(coach.get(coaching.id).status, coach.get(shadow.id).status, len(coach.change_sets()))
```
```text
[('canary', 'active'), ('active', 'archived')]
active canary 3
```

Whoever is overtaken by another's edit gets a `ChangedMeanwhileError`, and nothing is written; so does a rollback of
what a person has edited since. The sets stand in the revisions themselves (`coaching.changed_in`), so that the history
tells of them. `coach.pause(reason=…)` takes all coaching of the namespace out of every prompt, and `coach.resume()`
brings it back: every process sees it at its next call, of an object store within a second; a node that is running
keeps what it was given. `coach.list(expired=True)` lists what has ended.

**Review in git, and staging to production.** `coach.export(folder)` writes one YAML file a coaching, with all that it
is taught; private notes only with `notes=True`. Only what changed is written. `coach.import_(folder)` brings the files
in, edited by hand or from another store, namespace or embedder; `dry_run=True` says what it would do.

```python
coach.export("coachings")  # commit it, have it reviewed; edit intent, behavior, examples, priority, status …
print(coach.import_("coachings", dry_run=True))
```
```text
0 added, 0 changed, 3 unchanged, 0 conflicts from coachings, nothing was written
```

A file ends with what it was exported from (`revision`, `exported`, `earlier`): leave these lines alone, by them both
sides know what they last had in common. Changed in the file only: the next revision. Changed in the store only: it
stays. Changed in both: merged, example by example; where both have changed the same field, nothing of that coaching is
written and the result shows both (`prefer="file"` or `"store"` decides). A file that is removed archives nothing: write
`status: archived`. A file of your own needs `coaching: 1`, `id`, `intent` and `behavior`. Traces, receipts and the
table of verdicts stay where they are; what verdicts have taught is in the examples.

**Who, when, what.** Every change of every coaching in order of time, read as you go, private notes only with
`notes=True`; on the command line `history --all`, as text, JSON lines or CSV. A change has a name where one was given:
`author=` of `add` and `edit`, else `changed_by=`. `coach.restore(id, revision=…)` goes back to any revision.

```python
for change in coach.audit(coaching_id=coaching.id):  # also since=, until=, author=
    print(change.kind, change.revision, [field.field for field in change.fields][:3])
```
```text
added 1 ['state', 'intent', 'behavior']
edited 2 ['examples']
archived 3 ['state']
rolled back 4 ['state']
```

**What belongs into coaching.** `split_prompt(text)` proposes which passages of a system prompt hold in one situation
only (conditions, items, sections such as "Returns"), each with its lines, an intent, a behavior and why; what always
holds stays in `remaining()`. By rules for English; `graph=` says which tools and nodes there are, `.propose(model)`
words the intents. `coach.add_many(piece.fields() for piece in split)` saves drafts; on the command line `split`.

```python
split = split_prompt("Be brief. If a customer asks about a lost parcel, call open_case. Never guess.")
print(split.pieces[0].intent, split.pieces[0].behavior.type)
print(split.remaining())
```
```text
a customer asks about a lost parcel action
Be brief. Never guess.
```

**From other products.** `coach.import_("annotations.csv")` makes coachings of Dify's annotations (its CSV, lines of
JSON, or what its API answers): the question becomes an example and, told in the third person, the intent; the answer a
reply; id and hits stand in the notes. `coach.import_("conversations.json")` makes them of the `used_coaching` of Ada's
Data Export API, all six types. That export says neither what was said nor at which step one was applied: there are no
examples and no receipts in what comes of it, so teach it with `propose` or `similar`. Both are drafts at first
(`status="active"`), importing again adds nothing, and rows that cannot be read are in `findings`, the rest is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.authoring.audit import Change
    from langgraph_coaching.authoring.change_set import ChangeSet, StageChange
    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.exported import Exported
    from langgraph_coaching.authoring.impact import Impact
    from langgraph_coaching.authoring.imported import Imported
    from langgraph_coaching.authoring.lint.finding import Finding
    from langgraph_coaching.authoring.merge_fields import FieldConflict
    from langgraph_coaching.authoring.outlook import Outlook
    from langgraph_coaching.authoring.preview import Preview
    from langgraph_coaching.authoring.proposal import Proposal
    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.authoring.split.piece import Piece
    from langgraph_coaching.authoring.split.split import Split, split_prompt

__all__ = [
    "Change",
    "ChangeSet",
    "Draft",
    "Exported",
    "FieldConflict",
    "Finding",
    "Impact",
    "Imported",
    "Outlook",
    "Piece",
    "Preview",
    "Proposal",
    "Similar",
    "Split",
    "StageChange",
    "split_prompt",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "Change": "audit",
        "ChangeSet": "change_set",
        "Draft": "draft",
        "Exported": "exported",
        "FieldConflict": "merge_fields",
        "Finding": "lint.finding",
        "Imported": "imported",
        "Impact": "impact",
        "Outlook": "outlook",
        "Piece": "split.piece",
        "Preview": "preview",
        "Proposal": "proposal",
        "Similar": "similar",
        "StageChange": "change_set",
        "Split": "split.split",
        "split_prompt": "split.split",
    },
)
