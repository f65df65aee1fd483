"""Headings of the two columns of Dify's annotations, in the languages that its pages are in."""

from __future__ import annotations

_CHINESE = {"问题": "答案", "問題": "答案", "提问": "回答"}
_JAPANESE = {"質問": "回答", "質問文": "答え"}
_KOREAN = {"질문": "답변", "문제": "답"}
_ROMANCE = {"pregunta": "respuesta", "pergunta": "resposta", "domanda": "risposta", "întrebare": "răspuns"}
_GERMANIC = {"question": "answer", "questions": "answers", "frage": "antwort", "fragen": "antworten"}
_SLAVIC = {"вопрос": "ответ", "питання": "відповідь", "vprašanje": "odgovor", "pytanie": "odpowiedź"}
_OTHERS = {"soru": "cevap", "câu hỏi": "câu trả lời", "سوال": "پاسخ", "คำถาม": "คำตอบ", "प्रश्न": "उत्तर"}
_PAIRS = _CHINESE | _JAPANESE | _KOREAN | _ROMANCE | _GERMANIC | _SLAVIC | _OTHERS

QUESTION = frozenset(_PAIRS)
"""Of the column of questions, without regard to case."""

ANSWER = frozenset({*_PAIRS.values(), "réponse", "réponses", "yanıt", "trả lời"})  # noqa: RUF001
"""Of the column of answers."""


def find_columns(cells: tuple[str, ...]) -> tuple[int, int] | None:
    """Where questions and answers stand in rows with these headings; None where they are no such headings."""
    names = [cell.strip().casefold() for cell in cells]
    asked = next((place for place, name in enumerate(names) if name in QUESTION), None)
    told = next((place for place, name in enumerate(names) if name in ANSWER), None)
    return None if asked is None or told is None else (asked, told)
