"""Wordings written after the check, in the form of `wordings.py`; two of them changed it since."""

TEMPLATES = (
    "The following was found in the image: {all}.",
    "My summary: {total} objects, {kinds} labels. [[{X1}: {n}.| ]]",
    "{many A}I found {A.n} {A.x} with scores ranging from {A.lo} to {A.hi}. I also found {B.n}"
    " {B.x}.",
    "There {A.are} {A.n} {A.x} and {B.n} {B.x} in this photo, and it does not contain any {none}.",
    "The detection with the best score is a {sure.x1} ({sure.hi}); the one with the worst score is"
    " a {least.x1} ({least.lo}).",
    "# Report\n\n**Objects found:** {total}\n\n[[- {n} × {x}, best score {hi}|\n]]\n\n"
    "**Not found:** {none}",
    "At {sure.p}, the {sure.x1} is the detection that the model is most sure about.",
    "{only A}Exactly one {A.x1} was detected, with a score of {A.hi}, in addition to {B.n} {B.x}.",
    "The image shows {total} objects, of which {A.n} {A.are} {A.x}.",
    "I have looked at the detections. They include {all}. The average confidence is {mean}.",
    "Most of what can be seen are {most.xs}; there are {most.n} of them. The rarest object is the"
    " {few.x1}, with {few.n}.",
    "[[{N} {x} – score {hi}|\n]]\n\nIn total: {total}",
    "{colour A}The picture has {A.n} {A.x}. As the label says, the {A.noun} {A.are} {A.colour}.",
    "A detector was run on this picture. It reports {all}, and nothing else.",
    "The scores lie between {lowest} and {highest}. The highest belongs to a {sure.x1}, the lowest"
    " to a {least.x1}.",
    "{two}There are fewer {few.xs} than {most.xs}: {few.n} versus {most.n}.",
)  # fmt: skip

INVENTED = (
    "There is also one {new}.",
    "A {new} can be seen as well.",
    "Moreover, the image shows {two} {news}.",
    "The detector found a {new} as well.",
    "Besides these, there are {two} {news}.",
)

NEGATED = (
    "The image does not show a {x}.",
    "There are no {xs} in this picture.",
    "No {xs} were found by the detector.",
    "I found no {x}.",
    "The {xs} are missing from the image.",
)

FILLERS = (
    "These results should be read with care.",
    "The picture was taken in daylight.",
    "The boxes do not overlap much.",
    "Higher scores mean more certainty.",
    "There might also be a {none1}, but the model is not sure.",
    "No further comments.",
    "The camera seems to be at eye level.",
    "This text was written from the list of detections.",
)
