"""Whether a text tells us to stop texting: by a keyword, or in plain words.

A keyword counts only as the whole text, in any case and punctuation (clinical.md 4c): the law and the
carrier stop us there and then. English keywords are the carrier's own. Spanish ones are those that ask
for nothing else. PARA, PARE, BASTA, FIN and SALIR are left out with care: alone they are as well a cry
("stop!", "enough") or a statement of despair as a wish about texts, and after an opt-out we can't text
back. They are ordinary texts of the crisis line, and a person reads them.

`asks_to_stop` is the plain sentence ("stop texting me"), in the pattern language of the rules: it is shown
to whoever holds the conversation, who honours it, and automatic texts pause meanwhile.
"""

import re
import unicodedata
from functools import cache

from services.triage.texts.elements import Pattern
from services.triage.texts.matching import finds
from services.triage.texts.normalise import STOP
from services.triage.texts.pattern import Compiler

_KEYWORDS = frozenset(
    "stop,stopall,stop all,unsubscribe,cancel,end,quit,revoke,optout,opt out,"
    "alto,parar,detener,cancelar,baja,de baja,dar de baja,darme de baja,dame de baja,darse de baja,anular,"
    "revocar,desuscribir,desuscribirme,desuscribirse".split(",")
)
_LISTS = {
    "politely": tuple(
        "please,pls,plz,hey,hi,ok,okay,yes,no,just,can you,could you,would you,will you,you need to,"
        "u need to,i said,por favor,porfa,porfavor,oye,oigan,hola,ya,les pido que,favor de".split(",")
    ),
    "sending": tuple(
        "texting,txting,messaging,msging,contacting,calling,bothering,sending,writing,spamming,notifying".split(
            ","
        )
    ),
    "send": tuple("text,txt,message,msg,contact,call,bother,send,write,spam,notify".split(",")),
    "texts": tuple("text,texts,txts,message,messages,msgs,notifications,reminders,alerts,sms".split(",")),
    "these": tuple("the,these,your,all,any,more,sending,with,of,get,getting,receive,receiving,to".split(",")),
    "us": tuple("me,us,this number,this phone,my number,my phone,here".split(",")),
    "quitenme": tuple("quitenme,quitame,borrenme,borrame,saquenme,sacame,eliminenme".split(",")),
    "mandar": tuple(
        "mandar,enviar,escribir,textear,molestar,llamar,contactar,mandarme,escribirme".split(",")
    ),
    "manden": tuple(
        "manden,mande,mandes,envien,envie,envies,escriban,escriba,escribas,texteen,textees,molesten,moleste,"
        "llamen,llame,contacten".split(",")
    ),
    "mensajes": tuple("mensaje,mensajes,texto,textos,avisos,recordatorios,notificaciones,sms".split(",")),
}
_PATTERNS = (
    "^ <politely>? <politely>? stop|quit|cease <sending> <us> ~8 $",
    "^ <politely>? <politely>? stop|quit|end|cancel|no_more <these>? <these>? <texts> ~3 $",
    "^ <politely>? <politely>? do_not|dont|never <send> <us> ~4 $",
    "do_not|dont|no_longer want|wanna|wish|need <these>? <these>? <these>? <texts> ~3 $",
    "^ <politely>? take|remove|delete me|my_number|my_phone|this_number off|from ~4 $",
    "^ <politely>? unsubscribe|opt me ~4 $",
    "^ <politely>? remove|delete|lose my|this number|phone $",
    "^ i? want|wanna|need|would_like to unsubscribe|opt_out ~4 $",
    "^ <politely>? <politely>? dejen|deje|deja|paren|pare de <mandar> ~4 $",
    "^ <politely>? <politely>? no me <manden> ~4 $",
    "no|ya_no quiero recibir? mas|sus|estos|los? <mensajes> ~3 $",
    "no quiero que me <manden> ~4 $",
    "^ <politely>? no mas <mensajes> ~3 $",
    "^ <politely>? <quitenme> ~5 lista|numero|mensajes|aqui $",
    "^ <politely>? quiten|borren|eliminen mi numero|telefono ~4 $",
    "quiero|necesito dar|darme de baja ~3 <mensajes>|lista $",
)


def opt_out(text: str) -> bool:
    """Return whether the whole text is a keyword that opts out, whatever its case and punctuation."""
    return " ".join(word for word in _words(text) if word != STOP) in _KEYWORDS


def asks_to_stop(text: str) -> bool:
    """Return whether the text asks us, by a keyword or in plain words, not to text any more."""
    if opt_out(text):
        return True
    words = _words(text)
    positions: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        positions.setdefault(word, []).append(place)
    return any(next(finds(pattern, words, positions), None) is not None for pattern in _sentences())


@cache
def _sentences() -> tuple[Pattern, ...]:
    compiler = Compiler(_LISTS)
    return tuple(compiler.pattern(source) for source in _PATTERNS)


def _words(text: str) -> list[str]:
    """Return the words in lower case without accents and apostrophes, and STOP where a sentence ends."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(char for char in folded if unicodedata.category(char) not in ("Mn", "Cf"))
    bare = re.sub(r"['\u2018\u2019`\u00b4]", "", kept)
    return [STOP if not part[0].isalnum() else part for part in re.findall(r"[^\W_]+|[.!?;\n]+", bare)]
