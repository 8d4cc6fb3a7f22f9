"""The words that the check knows: closed classes, and nouns that name no object."""


def set_of(*texts: str) -> frozenset[str]:
    """The words of some texts."""
    return frozenset(" ".join(texts).split())


SPELLINGS = {
    "gray": "grey", "can't": "cannot", "labeled": "labelled", "colored": "coloured",
    "color": "colour", "colors": "colours", "recognized": "recognised", "&": "and",
}  # fmt: skip
COLOURS = set_of(
    "red orange yellow green cyan turquoise teal blue navy purple violet magenta pink brown",
    "maroon beige white black grey silver gold golden olive lime",
)

# numbers
_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
UNITS = {word: n for n, word in enumerate(_UNITS)}
TENS = {word: 10 * n for n, word in enumerate(_TENS, 2)}
ORDINALS = {word: n for n, word in enumerate(("second", "third", "fourth", "fifth", "sixth"), 2)}
VAGUE = {
    "several": 2, "multiple": 2, "various": 2, "numerous": 3, "many": 3, "few": 2, "lots": 3,
    "plenty": 3, "dozens": 24, "couple": 2, "handful": 3, "variety": 2,
}  # fmt: skip
"""At least so many."""
EXACT = {"pair": 2, "trio": 3, "dozen": 12, "couple": 2, "duo": 2}
GATHERINGS = set_of("group set cluster row collection total mix number lot sum series bunch line")
"""As in "a group of three cats"."""

# how a clause is meant
HEDGES = set_of("may might maybe perhaps possibly probably likely unlikely unclear presumably")
CONDITIONS = set_of("if whether unless should")
CONTRASTS = set_of("but however although though while whereas yet")
SEPARATORS = set_of(", : ( ) – — -")
NEGATIONS = set_of(
    "not never cannot isn't aren't wasn't weren't doesn't don't didn't couldn't hasn't haven't"
    " without lacks lack lacking neither nor fails failed fail free devoid absence none won't"
)
PRESENCE = set_of(
    "visible present detected found seen shown identified spotted located there included"
    " recognised observed noticed reported depicted displayed listed in among part picked made"
    " counted"
)
AWAY = set_of("absent missing nowhere")
OTHER = set_of("other others else further additional more another remaining")
NEW_EXISTENCE = set_of(
    "accompanied joined filled full packed populated composed consists consist",
    "there's contains contain containing contained includes include including included shows"
    " show showing showed depicts depict depicting features feature featuring displays display"
    " displaying detected detects detect found finds find identified identifies identify see"
    " sees seeing notice noticed spotted observe observed recognised counted count has have"
    " holds hold reported reports marked captures comprises lists listed located returned"
    " present presents reveals namely plus alongside besides following sees have hosts",
)
"""What follows one of these and a number, an article or nothing is said to be there."""
EXISTING = set_of("there found detected shows show contains visible present")
PARTS_OF_BE = set_of("is are was were be been being 's")
HAVING = set_of("has have had got gets with achieves achieved received receives reached reaches")
NAMING = set_of("labelled classified identified recognised tagged marked categorised named called")

NO_ADVERBS = set_of("butterfly dragonfly firefly family jellyfly barfly")
POSED = set_of(
    "sits sit stands stand lies lie rests rest hangs hang appears appear occupies occupy fills"
    " fill completes complete rounds round dominates dominate"
)
"""What a thing in a picture does."""

ARTICLES = set_of("a an")
DEFINITE = set_of("the this that these those its their")
PRONOUNS = set_of("it they them its their these those")
FUNCTION = (
    NEGATIONS
    | AWAY
    | HEDGES
    | CONDITIONS
    | CONTRASTS
    | OTHER
    | set_of(
        "of in on at by with without to from for near under over above below behind beside"
        " besides between among across along around against inside outside into onto through as"
        " than per via about toward towards within next off out up down until despite during"
        " except like and or nor but while whereas although though because since so if whether"
        " that which who whose where when then plus however therefore thus hence yet unless it"
        " they them its their this these those he she we i you there there's here other others"
        " another each every all both any some none nothing no not such my our your his her is"
        " are was were be been being am has have had do does did can could may might will would"
        " shall should must cannot let also too only just overall altogether together"
        " respectively again already still else more most less least fewer fewest rather quite"
        " very a an the x well"
    )
)
VERBS = set_of(
    "appear appears appeared seem seems seemed show shows shown showed contain contains"
    " contained include includes included including detect detects detected found find finds"
    " identified visible present seen see located spotted recognised labelled classified marked"
    " counted reported made make makes making belong belongs stand stands sit sits lie lies"
    " occupy occupies dominate dominates dominated range ranges ranging ranged score scores"
    " scored scoring reach reaches reached get gets got give gives gave given lead leads come"
    " comes add adds put observed noticed depicted displayed listed following followed placed"
    " positioned surrounded arranged scattered outnumber outnumbers consist consists compared"
    " picked versus vs named tagged catch catches holds hold keep keeps takes take rounds fills"
)

NOUNS_TOO = set_of(
    "score scores range lead find display count report spot hold take mark put match overlap"
)
"""Verbs that are nouns after an article."""

# nouns
GENERIC = set_of(
    "object objects item items thing things detection detections instance instances element"
    " elements entity entities box boxes region regions result results shape shapes finding"
    " findings target targets occurrence occurrences"
)
"""What stands for any detection."""
KINDS = set_of(
    "kind kinds type types category categories class classes label labels sort sorts group groups"
)
STOP = GENERIC | KINDS | set_of(
    # the report and its making
    "image images picture pictures photo photos photograph photographs scene scenes frame"
    " frames view views shot screenshot snapshot illustration drawing composition collage report"
    " reports summary summaries description descriptions overview analysis statistics spot spots"
    " list lists note notes remark remarks comment comments question questions answer answers"
    " section sections heading sentence sentences word words text texts line lines point points"
    " detail details information data model models detector detectors system algorithm network"
    " output outputs input tool user users human person's reader you run runs step steps method"
    " approach process task request example examples case cases look reading review check"
    " decision decisions guess",
    # measures
    "score scores confidence confidences certainty probability probabilities value values"
    " number numbers count counts amount total totals sum average mean median range ranges"
    " threshold thresholds percent percentage percentages degree degrees level levels rate ratio"
    " size sizes resolution pixel pixels px decimal decimals place places digit digits time"
    " times second seconds minute minutes hour hours day days cm mm metre metres meter meters"
    " inch inches",
    # places and looks
    "background foreground left right top bottom side sides corner corners edge edges centre"
    " center middle half halves part parts area areas space spaces spot location locations"
    " position positions distance row rows column columns grid layout arrangement setting"
    " environment surface surroundings colour colours shade shades tone tones hue contrast light"
    " lighting brightness quality focus style texture pattern patterns design angle perspective"
    " format impression appearance look feel mood atmosphere",
    # abstract
    "lot lots variety mix mixture combination range series set pair couple few bit while way"
    " ways sense doubt reason reasons problem problems issue issues error errors mistake"
    " mistakes limit limits difference differences similarity change changes chance case fact"
    " facts idea thought kindness evidence indication hint majority minority rest remainder"
    " surprise surprises overlap duplicate duplicates gap match matches other others one ones"
    " need help good clear whole single new different similar same high low higher lower highest"
    " lowest good great total quick short brief further next first last more less none nothing"
    " anything something everything everyone name names role purpose use hope conclusion context"
    " content contents attempt aspect feature features factor result attention interest"
    " importance damage quick reliable strong weak certain confident uncertain sure careful"
    " closer simple plain best worst strongest weakest top rarest largest biggest smallest"
    " fewest strong weak minimum maximum latter former kinds third quarter possibility human"
    " caution advantage limitation limitations",
    # what stands for several kinds of object
    "animal animals vehicle vehicles creature creatures fruit fruits vegetable vegetables pet"
    " pets furniture food figures subject subjects",
)  # fmt: skip
"""Nouns that say nothing about what was detected, unless a label uses them."""
OF_NOUNS = set_of("sign signs trace traces hint hints indication touch")
"""Of something abstract, where "of" follows."""
SCENES = set_of("image picture photo photograph scene frame view shot composition collage drawing")
ABSTRACT = r".{3,}(?:ness|[^c]ity|ism|[^st]ation|ption|[^a]ction|ssion|ology)s?"

# scores
SCORE_WORDS = set_of(
    "score scores confidence confidences certainty probability scoring scored sure"
)
UNITS_OF_MEASURE = set_of("px pixel pixels ms s sec seconds cm mm m km mb gb kb inch inches x ×")
LIMITS = set_of("threshold thresholds cutoff cut-off limit iou resolution version")
ABOVE = set_of("above over exceed exceeds exceeding exceeded > ≥ beyond")
BELOW = set_of("below under < ≤")
AVERAGES = set_of("average averages averaged averaging mean avg")
EVERY = set_of("all every each both any")
