"""Which of our languages a message is written in, or ``None`` where it does not tell.

Russian and Kazakh share an alphabet, many shoppers type Kazakh on a Russian keyboard, and both borrow the
same nouns («диван»), so a single noun tells nothing: evidence is counted word by word, and a tie is no answer.
A wrong switch of language is worse than none.
"""

from __future__ import annotations

import re

from shared.kernel.languages import Language

__all__ = ["detect_language"]

_NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|@\w+|/\w+|\b\w*\d[\w-]*", re.IGNORECASE)
_CYRILLIC_WORD = re.compile(r"[а-яёәғқңөұүһі]+")
_LATIN_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_KAZAKH_LETTER = re.compile(r"[әғқңөұүһі]")
_FOREIGN_CYRILLIC = re.compile(r"[їєґўђјљњћџ]", re.IGNORECASE)
_RUSSIAN_LETTER = re.compile(r"[щъцёэ]")
_RUSSIAN_ENDING = re.compile(
    r"(?:ый|ий|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ую|юю|ых|их|ться|ешь|ишь|ете|ите|ать|ить|еть)$"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KAZAKH_WORDS = _words(
    """
    керек бар ма ме ба бе па пе жок канша кандай кайда калай салем салеметсиз салеметсизбе рахмет ракмет маган
    саган сизде сиздерде бизде мен сен сиз олар жаксы жаман арзан кымбат тагы дейин бастап шейин кызыл жасыл сары
    кара ак коныр кок сур тусти тус бага багасы баганыз канша турады сатып алу алгым келеди келед корсет
    корсетинизши корсетиниз корсетши беринизши бериниз екен емес осы мынау анау калса болады болады ма кашан
    жеткизу дукен менеджер шакыр шакырыныз комек комектес комектесиниз тек мын мынга мыннан кажет издеп журмин
    ишинде туралы ушин барма жокпа неше кетти келди дастархан ал ия жо бола ма рахметт аман конак уй уйге
    себет себетке себетте себеттен себетти себетим себетимде себетимди себетимнен таста тасташи тастап алып алам
    алайын алайык алсам алшы салып салшы косып косшы кошир ошир оширип азайт азайтып кобейт ауыстыр ауыстырып
    тапсырыс тапсырысты тапсырыстын тапсырысым тапсырысымды тапсырысымнын тапсырыстар тапсырыстарым тапсырыстан
    жеткизип жеткизуди жеткизесиздер мекенжай мекенжайым мекенжайы толем толеу толейин хабарла хабарлап хабарлашы
    арзандаса арзандаганда арзанырак арзаны арзандау кымбатырак туссе тускенде барлыгы баскасы биреу биреуин
    биреуи екеу екеуин ушеу ушеуин бирнеше мынаны мынанын осыны осынын осындай мундай сондай айтшы айтып
    билейин билгим устел устелди устелдер орындык орындыктар орындыкты кереует кереуеттер тосек жихаз
    жумсак калды калган келеме жатыр берши берип болса болмаса болсын болып болган боладыма жарайды макул дурыс
    адаммен сойлеским сойлесу сойлесейик менин менде сизге сизден бизге барып келип кетип корип корейин корейик
    корсем коргим бойынша сиякты сияктысы уксас уксасы отинем кашанга кайдан кайсы кайсысы улкен кишкентай
    умыт умытшы кайта немесе енди баска баскаша кутип кутемин сизди сиздин ботка шакыру жибер жиберши жибере
    томен томени жогары токтат токтатшы тусинемин келемин беремин сурайын турмын хабарландыру хабарландыруды
    """
)
_KAZAKH_ENDING = re.compile(
    r"""(?:
        ыныз(?:шы|ды|дар)? | иниз(?:ши|ди|дер)?                        # polite: «тастаныз», «корсетинизши»
      | [аеиый]с[ыи]з(?:дар|дер|ба|бе)?                              # «аласыз», «бересиз»
      | (?:ай|ей)м[ыи]н | амын                                       # «издеймин», «аламын»
      | [мбп](?:айды|ейди)                                           # «болмайды»
      | (?:лар|лер|дар|дер|тар|тер)(?:дын|дин|дан|ден|га|ге)         # «дивандардын»
      | [лдт](?:ары|ери)м(?:ды|ди)                                   # «тапсырыстарымды»
    )$""",
    re.VERBOSE,
)
"""Endings of Kazakh verbs and plurals, typed without Kazakh letters, that no Russian word has."""
_RUSSIAN_WORDS = _words(
    """
    и в во не на я с со что а по это как у за от до из ли для мне вы вас вам мы нас есть нет да хочу хотел хотела
    нужен нужна нужно нужны надо ищу сколько стоит стоят какой какая какие какое где когда привет здравствуйте
    здравствуй добрый день вечер утро спасибо пожалуйста покажи покажите можно купить дешевле дороже подешевле
    подороже ещё еще тыс тысяч цвет цвета цена цены менеджер менеджера позовите помогите помощь доставка доставку
    или но если бы же так там тут тоже очень только уже был была было другой другая другие второй первый подробнее
    интересует подскажите наличии меня хорошо понятно ничего почему зачем чем без под про около
    """
)
_ENGLISH_WORDS = _words(
    """
    the a an is are am i i'm i'd you your we my me it this that these do does did don't have has had want need
    looking for show find buy get give please how much many what what's where when which who can could would will
    with without under over below above between from cheaper cheap more less than and or not in on to of
    about another other good morning afternoon evening delivery price prices white black red blue green grey gray
    there any some all help talk speak person human see like beige brown yellow pink purple orange small large big
    corner kitchen office sofa sofas couch armchair armchairs chair chairs desk desks table tables bed beds wardrobe
    mattress lamp lamps rug carpet mirror shelf shelves dresser
    """
)
_ENGLISH_ALONE = frozenset(["hello", "hi", "hey", "thanks", "thank", "please", "cheaper", "sorry", "goodbye"])
_LATIN_RUSSIAN = _words(
    """
    privet zdravstvuyte zdravstvujte skolko stoit stoyat hochu xochu nuzhen nuzhna nuzhno nujen nujna nujno nado est
    spasibo pozhaluysta pojaluysta pokazhi pokazhite pokajite deshevle dorozhe krasnyy krasniy krasnyj belyy beliy
    chernyy cherniy kakoy kakie gde kogda mne u vas menya dobryy dobryi den vecher mozhno kupit eshe eshche
    """
)
_LATIN_KAZAKH = _words(
    """
    salem salemetsizbe kerek kansha qansha rahmet raqmet bar ma
    bagasy magan arzan qyzyl kyzyl deyin tagy jaqsy
    """
)


def detect_language(text: str) -> Language | None:
    """Tell the language of a person's words.

    Links, e-mail addresses, commands, and words with digits (article numbers, prices) do not count. Cyrillic
    words decide first, unless there are hardly any, then Latin ones. Russian and Kazakh in Latin letters are
    recognised.

    Returns:
        A language, or ``None`` for what is too short, mixed or foreign to tell («диван», ``ok``, ``SOFA-001``).
    """
    words = _NOT_WORDS.sub(" ", text.lower().replace("\u2019", "'"))
    if _FOREIGN_CYRILLIC.search(words):
        return None
    cyrillic = _CYRILLIC_WORD.findall(words)
    latin = _LATIN_WORD.findall(words)
    if 4 * sum(map(len, cyrillic)) >= sum(map(len, latin)):
        # «хочу iPhone» is Russian: a few Cyrillic words outweigh a brand
        return _of_cyrillic(cyrillic) or _of_latin(latin)
    return _of_latin(latin)


def _of_cyrillic(words: list[str]) -> Language | None:
    kazakh = russian = 0
    for word in words:
        if _KAZAKH_LETTER.search(word):
            kazakh += 3
        elif word in _KAZAKH_WORDS:
            # a few words live in both languages («менеджер», «ал»): they then count for both
            kazakh += 2
        elif len(word) > 5 and _KAZAKH_ENDING.search(word):
            kazakh += 2
        if word in _RUSSIAN_WORDS:
            russian += 2
        elif _RUSSIAN_LETTER.search(word) or (len(word) > 3 and _RUSSIAN_ENDING.search(word)):
            russian += 1
    if kazakh != russian:
        return Language.KK if kazakh > russian else Language.RU
    if not kazakh and len(words) >= 3:
        return Language.RU
    return None


def _of_latin(words: list[str]) -> Language | None:
    english = sum(word in _ENGLISH_WORDS for word in words)
    russian = sum(word in _LATIN_RUSSIAN for word in words)
    kazakh = sum(word in _LATIN_KAZAKH for word in words)
    best = max(english, russian, kazakh)
    greeted = any(word in _ENGLISH_ALONE for word in words)
    if (english >= 2 or greeted) and english >= max(russian, kazakh):
        return Language.EN
    if best and russian == best and russian > max(kazakh, english):
        return Language.RU
    if best and kazakh == best and kazakh > max(russian, english):
        return Language.KK
    return None
