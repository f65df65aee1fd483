"""Language detection by letters and small words, for a text that does not look English.

For saying honestly that the embedded embedder cannot know what was said; where the text does not give it away, nothing
is claimed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

READ = 400
"""Characters that are looked at."""

LEAST = 2
"""Small words, or letters that English does without, from which a language is believed."""

_WORDS = {
    "German": """aber als auch auf aus bei bin bitte bist dass dein deine dem den der die das dir doch du ein eine einen
        einem einer er es euch falls für geht gibt habe haben hat hatte heute hallo ich ihr ihre ihnen ihren im ins ist
        ja jetzt kann kannst können könnt kein keine keinen mehr mein meine meinen meinem meiner mich mir mit möchte
        muss nach nicht noch nur ob oder ohne schon sehr sein seit sich sie sind soll um und uns unser vom von vor wann
        warum was wenn wer werden wie wieder wird wo wurde zu zum zur über danke guten""",
    "French": """ai alors au aussi aux avec avez avoir bonjour bonsoir ce cela ça ces cette chez combien comment dans de
        depuis des dois donc du elle en encore est et était été être fait faire il ils je jusque l la le les leur lui ma
        mais merci mes mon ne non nos notre nous on ont où oui par pas pourquoi pour pouvez puis quand que quel quelle
        qui qu quoi sans se ses si sont suis sur ta tes toujours tout très tu un une vais vos votre veux voudrais vous
        j c s n plaît""",
    "Spanish": """ahora al algo aquí así ayer buenas buenos cada como cómo con cual cuál cuando cuándo cuánto cuesta de
        del desde donde dónde e el ella en ese eso esta está están este esto estoy favor fue gracias ha hacer hasta
        hay he hola hoy la las le lo los mañana más me mi mis muy necesito nada ni nos o otra otro para pero por porque
        puede puedo que qué quién quiero se sea ser si sí sin sobre son su sus también tengo tiene todo tu un una uno
        usted y ya yo""",
    "Italian": """abbiamo adesso al alla anche ancora avete buongiorno c che chi ci ciao come con cosa così da dal dalla
        dei del della delle di dopo dove e è ed era fa fare gli grazie ha hai hanno ho il in io l la le lei loro lo ma
        mi mia mie miei mio molto nel nella non o oggi ogni perché per però più posso può qual quale quando quanto
        questa questo qui sei senza si sono sta su sul tra tutto un una vi voglio vorrei""",
    "Portuguese": """agora ainda ao aos aqui as até bom boa com como da das de depois do dos e é ela ele em entre essa
        esse esta está estão este eu foi fazer isso já lhe mais mas me meu meus minha minhas muito na não nas nem no nos
        nós o obrigado obrigada olá onde os ou para pela pelo por porque posso preciso qual quando quanto que quem
        quero se sem ser seu são sua também tem tenho um uma você vocês""",
    "Dutch": """aan alle als bij ben bent dag dan dat de deze die dit een en er ga gaat geen goed graag had hallo heb
        hebben heeft hem het hier hij hoe hoeveel ik ik jij jouw jullie kan kunnen kunt maar mag meer met mij mijn moet
        na naar niet nog nu of om onze ook op over te toch tot uit uw u van vandaag veel voor waar waarom wanneer was
        wat we wel wie wil wilt worden wordt wij zijn zo zonder zou""",
    "Polish": """ale bo był być chcę chciałbym co coś czy dla do dlaczego dziękuję gdy gdzie go i ich ile jak jaki
        jakie jest jestem jeszcze już kiedy kto ma mam mi mnie mogę moja moje moją moje mój można na nad nie o od po
        pod poproszę proszę przez przy się są ta tak te tego tej ten też to tu tylko tym w we więc wszystko z za ze że
        żeby dzień dobry""",
    "Czech": """aby ale ani asi bez bude by být byl chci co děkuji dnes do dobrý jak jaký je jeho jsem jsme jsou jsi
        kde kdo kdy když která který má mám mě mi moje mohu můj můžu můžete na nad ne nebo nejsem není od po pod prosím
        pro proč při s se si tak ta také ten to toto u už v ve více vám za ze že""",
    "Swedish": """alla att av bara blir borde de dem den det detta din du där efter eller ett en finns fick får för från
        gör ha hade han har hej hela hon hur här i idag igen ingen inte jag kan kommer man med mig min mina mitt mot
        måste mycket måste ni nu när någon några och också om oss på sedan sig sin ska skulle som så tack till under
        upp ut vad var varför vara vi vid vill är över""",
    "Danish or Norwegian": """af alle at av blev bliver da de dem den denne der det din dig du efter ei ein eller en er
        et etter for fordi fra få får gjøre gør ha han hans har hej hei hva hvad hvem hvis hvor hvordan hvorfor ikke
        ikkje ind inn jeg kan kommer kun man med meg men mig min mine mit mitt mye måtte noe noen noget nu nå når og
        også om op opp på skal som takk tak til ud ut var ved vi vil være vær så""",
    "Turkish": """acaba ama ben beni benim bir biraz bu bugün bunu çok da daha de değil dolayı en gibi göre hangi hala
        hâlâ hayır her hiç için ile istiyorum kaç kadar ki kim lütfen mı mi mu mü merhaba nasıl ne neden nerede olan
        olarak oldu olsun olur sen şey şu teşekkürler var ve veya ya yok zaman size siz""",  # noqa: RUF001 - a Turkish letter
}

_ENGLISH_WORDS = """
    a about after again all also am an and any are as at be because been before but by can cannot could d did do does
    doing don down for from get give go got had has have he hello help her here hey hi him his how i if in into is
    it its just know last let like ll long m make many may me more most much my need never new next no not now of off
    on one only or order other our out over pay please put re s same see send she should show so some still t take tell
    than thank thanks that the their them then there these they thing this time to today too up us use used ve very want
    was way we well were what when where which who why will with without work would yes yet you your"""

_ENGLISH = frozenset(_ENGLISH_WORDS.split())

_LETTERS = {
    "ß": ("German",),
    **dict.fromkeys("äöü", ("German", "Swedish", "Turkish")),
    **dict.fromkeys("œùêâûç", ("French",)),
    **dict.fromkeys("ñ¿¡", ("Spanish",)),
    **dict.fromkeys("ãõ", ("Portuguese",)),
    "ò": ("Italian",),
    **dict.fromkeys("łąęśźżńć", ("Polish",)),
    **dict.fromkeys("ěřůčšž", ("Czech",)),
    "å": ("Swedish", "Danish or Norwegian"),
    **dict.fromkeys("øæ", ("Danish or Norwegian",)),
    **dict.fromkeys("ığş", ("Turkish",)),
}
"""Letters that English does without, and whose they are."""

_SCRIPTS = {
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "THAI": "Thai",
    "GREEK": "Greek",
    "HEBREW": "Hebrew",
    "CYRILLIC": "Russian or another language in Cyrillic letters",
    "ARABIC": "Arabic or another language in its letters",
    "DEVANAGARI": "Hindi or another language in its letters",
}

_LATIN_ENDS = 0x24F
_MORE_LATIN = range(0x1E00, 0x1F00)

_WORD = re.compile(r"[^\W\d_]+")


def _languages_by_word() -> dict[str, tuple[str, ...]]:
    """Of each small word, the languages that have it; a word that English has too says nothing."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in _WORDS.items():
        for word in set(words.split()) - _ENGLISH:
            found[word] = (*found.get(word, ()), language)
    return found


_LANGUAGES_BY_WORD = _languages_by_word()


def language_of(text: str) -> str | None:
    """The language a text looks like, in English words; None where it looks English, or gives nothing away.

    Args:
        text: What somebody said, in any case; some microseconds for a short one.
    """
    read = text[:READ].lower()
    if not read.isascii() and (script := _script(read)):
        return script
    words = _WORD.findall(read)
    votes = Counter(language for word in words for language in _LANGUAGES_BY_WORD.get(word, ()))
    if not read.isascii():
        votes.update(language for letter in set(read) for language in _LETTERS.get(letter, ()))
    if not votes:
        return None
    most = max(votes.values())
    if most < LEAST or most <= sum(word in _ENGLISH for word in words):
        return None
    return " or ".join(language for language in _WORDS if votes[language] == most)


def _script(text: str) -> str | None:
    """The language of the script most letters are in, where that is not the Latin one."""
    letters = [letter for letter in text if letter.isalpha()]
    other = [letter for letter in letters if ord(letter) > _LATIN_ENDS and ord(letter) not in _MORE_LATIN]
    if len(other) < LEAST or 2 * len(other) <= len(letters):
        return None
    names = Counter(unicodedata.name(letter, "UNKNOWN").split()[0] for letter in other)
    if names["HIRAGANA"] or names["KATAKANA"]:
        return "Japanese"
    ((name, _),) = names.most_common(1)
    return _SCRIPTS.get(name, f"a language in {name.capitalize()} letters")
