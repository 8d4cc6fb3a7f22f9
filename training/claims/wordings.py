"""Reports as other models write them: templates with slots for facts; `facts.py` fills them.

A, B and C are kinds in the order found; `[[item|separator]]` repeats the item for each kind.
n count, x label that agrees with it, x1 singular, xs plural, X capitalised; s scores, hi and lo the
best and worst of them, p the best in per cent. sure, least: best and worst score of all; most, few:
the largest and smallest group. `{only A}` and `{many A}` say which counts a template fits.
"""

TEMPLATES = (
    "The image contains {all}.",
    "I can see {all} in this picture. In total, there are {total} objects.",
    "Here is a summary of the detections:\n\n[[- **{Xs}**: {n}|\n]]\n\nTotal: {total} objects.",
    "Based on the detection results, the scene includes {all}. The model is most confident about"
    " the {sure.x1}, with a score of {sure.hi}.",
    "## Summary\n\nA total of {total} objects were detected across {kinds} categories.\n\n"
    "[[- {n} {x} (highest confidence: {hi})|\n]]\n\n{rest No other objects were identified.}",
    "{many A}The detector identified {A.n} {A.x} and {B.n} {B.x}. The {A.xs} were detected with"
    " confidence scores of {A.s}.",
    "This picture shows {all}. The most common object is the {most.x1}, which appears"
    " {most.n} times.",
    "{only A}There is {A.n} {A.x} in the image. It was detected with {A.p} confidence.",
    "Looking at the image, I notice {all}. Overall, the composition is simple, and the background"
    " does not contain any {none}.",
    "| Object | Count | Best score |\n|---|---|---|\n[[| {x1} | {n} | {hi} ||\n]]",
    "[[{i}. {X1} – {n} detected|\n]]\n\nAltogether that makes {total} objects.",
    "Sure! The image contains the following objects:\n[[* {n} {x}|\n]]\n"
    "Let me know if you would like more details.",
    "{two}Of the {total} objects found, {A.n} {A.are} {A.x} and {B.n} {B.are} {B.x}.",
    "The detections range in confidence from {lowest} to {highest}. The least certain one is a"
    " {least.x1} ({least.lo}).",
    "{only A}Only one {A.x1} was found, while {B.n} {B.x} {B.were} detected.",
    "It appears that the photo has {all}. No {none} were detected.",
    "**Findings**\n\nThe analysis found {all}.\n\n**Confidence**\n\nScores range from {lowest} to"
    " {highest}; the average is {mean}.",
    "{All} are visible in the image, for a total of {total} detections.",
    "At first glance, the picture is dominated by {most.xs}: there are {most.n} of them. In total,"
    " {total} items were picked up by the model.",
    "The detection model returned {total} results. [[{n} of them {are} labelled as {x}|, ]].",
    "{many A}In this scene, there are {A.n} {A.x}. Their confidence scores range from {A.lo} to"
    " {A.hi}, which suggests a reliable detection.",
    "The picture features {all}. The highest confidence score of {sure.hi} belongs to the"
    " {sure.x1}, while the lowest one, {least.lo}, was given to a {least.x1}.",
    "**Object counts**\n[[- {X1}: {n}|\n]]\n\n**Notes**\n- There is no {none1} in the image.\n"
    "- The threshold was set to 0.3.",
    "From left to right, nothing looks out of place. The model found {all}.",
    "{two}There are more {most.xs} than {few.xs} in this image: {most.n} compared to {few.n}.",
    "{many A}We have {A.n} {A.x} here. The most certain {A.x1} has a score of {A.hi}, and the"
    " least certain one has {A.lo}.",
    "The image appears to show {all}, which gives {total} objects overall. Some of them may be"
    " partly hidden.",
    "[[{n} × {x}|; ]]. Sum: {total}.",
    "[[{X1} ({n})|, ]]",
    "{only A}A single {A.x1} is present, detected at {A.p}. Besides that, the image contains"
    " {B.n} {B.x}.",
    "In short: {all}. Nothing else was detected above the threshold.",
    "Is there anything unusual in the picture? Not really: it shows {all}, and there are no"
    " {none} or other surprises.",
    "The most frequent class is {most.x1} with {most.n} instances, and the rarest is {few.x1} with"
    " {few.n}.",
    "[[The {x1} class has {n} detections, with a best score of {hi}.| ]]",
    "{many A}Both the left and the right side of the frame were checked. {A.N} {A.x} can be seen,"
    " as well as {B.n} {B.x}. There are {total} objects in all.",
    "{colour A}The picture shows {A.n} {A.x}. The {A.noun} {A.are} {A.colour}.",
    "{many A}At least two {A.xs} can be seen in the picture, along with {B.n} {B.x}.",
    "According to the detector, there {A.are} {A.n} {A.x} in the photograph, but it reports no"
    " {none}. With {A.p}, the confidence in the best {A.x1} is clear.",
    "Detected objects: {all}. The top detection is a {sure.x1} at {sure.p} confidence.",
    "{many A}The image contains several {A.xs}. More precisely, the model counted {A.n} of them,"
    " with scores between {A.lo} and {A.hi}.",
    "The results are as follows. [[{N} {x} {were} found (best score {hi}).| ]] If you need a"
    " different level of detail, I can adjust the report.",
    "I would describe this image as follows: it is a simple scene with {all}. The overall"
    " impression is calm.",
    "### Detection report\n\n| Label | Count |\n|---|---|\n[[| {Xs} | {n} ||\n]]\n"
    "| **Total** | **{total}** |",
    "The largest group consists of {most.n} {most.xs}. The smallest group, with {few.n}, is made up"
    " of {few.x}.",
    "There seem to be {total} objects in this image, namely {all}.",
    "{many A}All {A.n} {A.xs} were found with scores above 0.2. The strongest detection overall is"
    " a {sure.x1} ({sure.hi}), and the weakest is a {least.x1} ({least.lo}).",
    "{two}The image shows {A.n} {A.x}, next to {B.n} {B.x}. There is neither a {none1}"
    " {rest nor any other object}.",
    "Image analysis complete.\n\nObjects detected: {total}\n[[• {n} {x}: {s}|\n]]",
    "The {sure.x1} has the highest score ({sure.hi}). The {least.x1} has the lowest score"
    " ({least.lo}). A score near 1 means that the model is sure.",
    "You asked what is in the image. The answer: {all}. One thing to note is that scores are not"
    " probabilities.",
    "Here's a breakdown of the detections:\n\n[[{i}. **{Xs} ({n})**: confidence {s}|\n]]",
    "{two}My analysis of the photo reveals {A.n} {A.x} as well as {B.n} {B.x}, i.e. {total}"
    " detections overall.",
    "There's {all} here.",
    "{two}Two kinds of objects were recognised: {A.xs} ({A.n}) and {B.xs} ({B.n}).",
    "The detector is rather sure about the {sure.x1} (score {sure.hi}), its most confident result."
    " The {least.x1}, with {least.lo}, is its least confident result.",
    "Count of objects per label: [[{x1} = {n}|, ]]. Total = {total}.",
    "[[{X1}: {n} (confidence {s})|\n]]",
    "{many A}The photo is mostly filled with {A.xs}. I count {A.n}. {B.N} {B.x} {B.are} also in the"
    " picture.",
    "[[{N} {x} {are} present with a maximum score of {hi} and a minimum score of {lo}.| ]]",
    "As for the {A.xs}, there {A.are} {A.n}. As for the {B.xs}, there {B.are} {B.n}.",
    "Detections in order of confidence: first a {sure.x1} with {sure.p}, and last a {least.x1} with"
    " {least.lo}.",
    "**{total} objects found.**\n\n[[> {n} {x}|\n]]\n\n_{rest No further detections above the"
    " threshold.}_",
    "Summary: {all}. {total} detections in sum, with an average confidence of {mean}.",
    "The number of {A.xs} is {A.n}, and the number of {B.xs} is {B.n}.",
    "You can find {all} in this shot. The scores go from {lowest} to {highest}.",
    "{two}Compared with the {few.n} {few.x}, the {most.n} {most.x} clearly outnumber the rest.",
    "In this picture the model has found {all}. None of them is a {none1}.",
    "Class distribution:\n[[- {x1}: {n}/{total}|\n]]",
    "{many A}A bunch of {A.xs}, {A.n} to be exact, {A.are} visible together with {B.n} {B.x}.",
    "The best detection, with a confidence of {sure.hi}, is a {sure.x1}. The worst one is a"
    " {least.x1} at {least.lo}.",
    "Overall there are {kinds} distinct labels in the results and {total} individual detections.",
    "{only A}The picture has just one {A.x1} in it, and the rest are {B.n} {B.x}.",
    "Observations:\n[[- {N} {x} {were} detected (scores: {s}).|\n]]\n- The largest category is"
    " \"{most.x1}\".",
    "Sorted by how often they occur, {most.xs} come first ({most.n}) and {few.xs} last ({few.n}).",
    "The image seems to depict {all}; everything else is background.",
    "I ran the detector. It returned {total} boxes: {all}.",
    "We are looking at {all}. No {none} can be seen, and no {none1} either.",
    "What we have here is a picture with {all}.",
    "Altogether the detector marked {total} regions: {all}.",
    "The photo depicts {all}. Among these detections, the {sure.x1} stands out with the highest"
    " confidence ({sure.p}).",
    "**Count by category**\n\n[[+ {Xs}: **{n}**|\n]]\n\n**Overall count:** {total}",
    "{many A}Let's go through the findings. First, {A.n} {A.x} {A.were} located, scoring between"
    " {A.lo} and {A.hi}. Then there {B.are} {B.n} {B.x}.",
    "{only A}One {A.x1} was recognised ({A.p} sure). Apart from it, {B.n} {B.x} made it into the"
    " results.",
    "In the frame you will find {all}; the count adds up to {total}.",
    "By number, {most.xs} lead with {most.n}, and {few.xs} come last with {few.n}.",
    "[[{X1} x{d} — best {hi}|\n]]",
    "Quick overview 👇\n[[✅ {n} {x}|\n]]\nThat is all: {total} objects.",
    "The model reported {all}. It did not report any {none}, and confidence varied from {lowest}"
    " up to {highest}.",
    "{colour A}Among other things there {A.are} {A.n} {A.x}. Since the {A.noun} {A.are}"
    " {A.colour}, {A.they} stood out to the model.",
    "The system is least sure about a {least.x1}, which only reached {least.lo}. It is most sure"
    " about a {sure.x1}, at {sure.hi}.",
    "{many A}A group of {A.n} {A.x} takes up most of the space, accompanied by {B.n} {B.x}.",
    "With {most.n} of the {total} detections, {most.x1} is the most common label.",
    "There are exactly {A.n} {A.x} and exactly {B.n} {B.x} in this shot. A {none1} is nowhere to be"
    " seen.",
    "Result: {all}.\nMean confidence: {mean}.\nHighest: {sure.x1} ({sure.hi}).",
    "The user asked for a short description. The image holds {all}, and a total of {total} boxes"
    " were drawn.",
    "{two}Counting carefully, I get {A.n} {A.x} plus {B.n} {B.x}, so {total} objects in the whole"
    " picture.",
    "My best guess at the content: {all}. Keep in mind that a detector can overlook things.",
    "The uploaded photo includes {all}. Let me know which of these you want to look at.",
    "Our detector spotted {total} things in total. Among them are {all}.",
    "{many A}There appear to be {A.n} {A.x} in view. Confidence for these lies between {A.lo} and"
    " {A.hi}.",
    "**What was detected?**\n\n[[* {X1} – {n} ({hi} at best)|\n]]\n\n**How many altogether?**"
    " {total}.",
    "{two}One can distinguish {A.n} {A.x} and {B.n} {B.x}; the latter were found with scores of"
    " {B.s}.",
    "Inventory: {all}. Sum total: {total}.",
    "The item detected with the highest confidence is a {sure.x1} ({sure.p}); a {least.x1} got the"
    " lowest value ({least.lo}).",
    "{only A}It contains exactly one {A.x1}. It also contains {B.n} {B.x}.",
    "With respect to numbers, the {most.x1} is the most frequent object: it was found {most.n}"
    " times. The {few.x1} is the least frequent one.",
    "| | Objects | Confidence |\n|---|---|---|\n[[| {x1} | {n} | {lo} to {hi} ||\n]]\n\nAll {total}"
    " objects are listed above.",
    "Hello! In your picture I was able to identify {all}.",
    "{many A}Looking more closely, {A.n} {A.x} can be identified, none of them below {A.lo}."
    " A further {B.n} {B.x} were identified as well.",
    "To sum up, we see {all}, so there are {total} objects to review.",
    "{colour A}This is a picture of {A.n} {A.x}. Every {A.x1} is {A.colour}.",
    "Everything considered, the model is surest of the {sure.x1}, with {sure.hi}, and trusts the"
    " {least.x1} least, with {least.lo}.",
    "Results (sorted by label):\n[[    {x1}: {n}|\n]]\n    total: {total}",
    "The frame holds {A.n} {A.x}, and {B.n} {B.x} besides. On average, the confidence is {mean}.",
    "Only {A.n} {A.x} and {B.n} {B.x} were returned for this query, despite the low threshold.",
    "Caption: a photograph with {all}, taken from above.",
    "{many A}{A.N} {A.xs} were counted, the best of them at {A.hi}, the worst at {A.lo}.",
    "Detected in this image: {all}.",
    "This looks like a picture containing {all}. That is {total} objects, if I counted correctly.",
    "{two}On the one hand there {A.are} {A.n} {A.x}, on the other hand {B.n} {B.x}.",
    "Short answer: {total} objects. Long answer: {all}.",
    "The {sure.x1} tops the list with a score of {sure.hi}, whereas the {least.x1} is at the bottom"
    " with {least.lo}.",
    "{many A}Confidence is high for the {A.xs} ({A.lo} to {A.hi}). There {A.are} {A.n} of them.",
    "| Label | Number | Scores |\n| :-- | --: | :-- |\n[[| **{x1}** | {n} | {s} ||\n]]",
    "Found: [[{n} {x} ({p})|; ]].",
    "The picture was searched for several things. What turned up: {all}. What did not turn up:"
    " {none}.",
    "In terms of frequency, {most.xs} dominate with {most.n} of {total} objects.",
    "Report\n======\n\nObjects: {total}\nKinds: {kinds}\n\n[[- {Xs}, {n} in number|\n]]",
    "The main subject of the image seems to be {most.n} {most.x}. There {few.are} also {few.n}"
    " {few.x}.",
    "{only A}The detector came back with a lone {A.x1} and with {B.n} {B.x}.",
    "What the model sees: {all}. How sure it is: between {lowest} and {highest}.",
    "Each of the {A.n} {A.x} was outlined with a box, and so {B.are} the {B.n} {B.x}.",
    "The shot has {all} in it, that much is certain; no {none} though.",
    "{colour A}I notice {A.n} {A.x} in particular. Their colour is {A.colour}.",
    "All in all, the model marked {total} spots in the image, which breaks down into {all}.",
    "The least reliable find is a {least.x1} with just {least.lo}; the most reliable is a"
    " {sure.x1} with {sure.p}.",
    "To describe the picture in one sentence: {all} on a neutral background.",
    "Statistics: {total} detections, mean score {mean}, best score {highest}, worst score"
    " {lowest}.",
    "The analysed image features {all}.",
    "As requested, a brief report: the detector found {all}, for {total} objects overall.",
    "There {A.are} {A.n} {A.x} in the foreground, and behind them {B.n} {B.x}.",
    "Here are the {total} detections, grouped by label:\n\n[[- {x1}: {n} (scores {s})|\n]]",
    "The strongest result is a {sure.x1} ({sure.hi}). By contrast, the weakest result is a"
    " {least.x1} ({least.lo}).",
    "{many A}A closer look shows {A.n} {A.x}. Their scores lie between {A.lo} and {A.hi}.",
    "[[The detector found {n} {x}, with {hi} as the highest score.| ]] This adds up to {total}"
    " objects.",
    "{two}This picture mainly shows {most.xs} ({most.n}), but also {few.xs} ({few.n}).",
    "Objects per class\n\n[[{X1}\t{n}|\n]]\n\nAll classes\t{total}",
    "I was able to find {all}. I was not able to find any {none}.",
    "{only A}The image contains one {A.x1} only; its score is {A.hi}. There {B.are} {B.n} {B.x} as"
    " well.",
    "The scene is made up of {all}. The detector gives scores between {lowest} and {highest}.",
    "It is easy to see {all}. Other than that, the image is empty.",
    "Most numerous: {most.xs} ({most.n}). Least numerous: {few.xs} ({few.n}).",
    "{colour A}In the middle there {A.are} {A.n} {A.x}. The model describes the {A.noun} as"
    " {A.colour}.",
    "Yes, the picture shows {A.n} {A.x}. No, it does not show any {none}.",
    "The detector drew {total} boxes. {A.N} of these {A.are} {A.x}.",
    "A total of {total} detections came out of this run: {all}. The average score was {mean}.",
    "Content of the image: {all}.",
    "The algorithm identified {total} objects in the supplied picture: {all}.",
    "{two}We count {A.n} {A.x} against {B.n} {B.x}. That gives a total of {total}.",
    "There are {kinds} classes in the output. [[For {xs}, the count is {n}.| ]]",
    "The top score is {highest}. It was reached by a {sure.x1}. The bottom score, {lowest}, is that"
    " of a {least.x1}.",
    "{many A}Present are {A.n} {A.x}, detected with confidences from {A.lo} to {A.hi}, and {B.n}"
    " {B.x}.",
    "Detections:\n\n[[{X1} ({n}): {s}|\n]]\n\nTotal number of detections: {total}.",
    "What can I say about this picture? It has {all}. It does not have any {none}.",
    "The largest number of detections is for {most.xs}, namely {most.n}. The smallest number is for"
    " {few.xs}, namely {few.n}.",
    "{only A}There is only one {A.x1}. The detector gives it a score of {A.hi}.",
    "Visible in the picture: {all}. Not visible: {none}.",
    "Looking at the list of detections, I see {all}, which is a total of {total}.",
    "{colour A}All {A.n} {A.x} in the image were recognised. The colour of the {A.noun} is"
    " {A.colour}.",
    "The picture contains the following {total} objects: {all}. The lowest of their scores is"
    " {lowest} and the highest is {highest}.",
    "{two}The result consists of {A.n} {A.x} and {B.n} {B.x}. No other classes were found.",
    "First of all, the picture has {A.n} {A.x}. Secondly, it has {B.n} {B.x}.",
    "Judging by the scores, the {sure.x1} ({sure.p}) is the most reliable detection and the"
    " {least.x1} ({least.lo}) the least reliable one.",
    "In this example the model detects {all} with a mean confidence of {mean}.",
)  # fmt: skip

INVENTED = (
    "There is also a {new}.",
    "A {new} is visible in the background.",
    "The scene also includes {two} {news}.",
    "In addition, {two} {news} were detected.",
    "Next to them, I can see a {new}.",
    "- {Two} {news}",
    "The picture contains a {new} as well.",
    "Additionally, the model found a {new} with a score of 0.{digits}.",
    "The {new} has a confidence of {digits}%.",
    "Another object in the picture is a {new}.",
    "There's a {new}, too.",
    "Also present: {two} {news}.",
    "I can make out {two} {news} in the distance.",
    "In the lower left corner, a {new} can be seen.",
    "Moreover, the detector recognised a {new}.",
    "In the foreground, there is a {new} with a score of 0.{digits}.",
    "{Two} {news} complete the scene.",
    "A {new} sits in the middle.",
    "The objects are accompanied by a {new}.",
    "{News}: {two}",
    "We also have a {new}.",
    "Besides, a {new} appears at the top.",
    "Furthermore, a {new} can be made out.",
    "The image also shows {two} {news}.",
    "One {new} was found too.",
    "I also spotted a {new} near the edge.",
    "Finally, there are {two} {news} in a corner.",
    "Not far from them there is a {new}.",
    "You can also see {two} {news}.",
    "It seems that the picture has a {new} as well.",
    "Also detected: a {new} (0.{digits}).",
    "On top of that, {two} {news} were identified.",
    "Lastly, the image features a {new}.",
    "A {new} was spotted as well.",
    "The photo also has a {new} in it.",
    "There were {two} {news} too.",
    "Let me add that a {new} is also in the image.",
    "Somewhere in between, I see {two} {news}.",
    "Plus a {new}.",
    "Behind the others there is a {new}.",
    "The image includes a {new}, too.",
    "At the bottom, {two} {news} are visible.",
    "There is one {new} in addition.",
    "The detector also found {two} {news}.",
    "There is a {new} on the right.",
    "The model also detected a {new}.",
    "{Two} {news} were detected too.",
    "In the background, one can see a {new}.",
    "The image contains {two} {news} in addition.",
)

NEGATED = (
    "There are no {xs}.",
    "No {xs} were detected.",
    "The image does not contain any {xs}.",
    "There is no {x} in the image.",
    "The model did not find a {x}.",
    "I cannot see any {xs}.",
    "The scene is without {xs}.",
    "We found no {xs}.",
    "{Xs} are absent from the image.",
    "There isn't a {x}.",
    "The {x} is missing.",
    "None of the objects is a {x}.",
    "No sign of a {x}.",
    "The detector failed to find any {xs}.",
    "{Xs} do not appear in the picture.",
    "Zero {xs} were detected.",
    "There is not one {x} in the scene.",
    "It is free of {xs}.",
    "{Xs}: 0",
    "Absent: {xs}",
    "A {x} cannot be seen.",
    "The picture shows no {xs}.",
    "Not a single {x} was found.",
    "There aren't any {xs}.",
    "{Xs} were not detected.",
    "The photo lacks {xs}.",
    "There were no {xs}.",
    "{Xs} could not be found.",
    "The query for {xs} returned nothing.",
    "It contains neither a {x} nor anything similar.",
    "I don't see a {x} here.",
    "No {x} is present.",
    "A {x} was not among the results.",
    "I could not find a single {x}.",
    "There are zero {xs}.",
    "The picture is missing a {x}.",
    "No {xs} at all.",
    "The image has no {x} in it.",
    "No {x} was detected.",
    "The image contains no {xs}.",
    "The detector did not find any {xs}.",
    "There is no {x} to be seen.",
    "{Xs} are not present in the image.",
    "There is no {x} in the picture.",
    "It shows no {xs}.",
    "{Xs} were not found.",
    "We do not see any {xs}.",
    "Nothing was found for {xs}.",
)

FILLERS = (
    "The lighting is even and the background is plain.",
    "I hope this helps!",
    "Please note that small objects may be missed by the detector.",
    "The image quality is good, with a clear view of the scene.",
    "This summary is based on the detections only.",
    "There might be a {none1} behind the others, but this is not certain.",
    "Overall, the results look plausible.",
    "A human should check the results before any decision is made.",
    "Would you like a more detailed report?",
    "The objects are spread across the frame, with some space in between.",
    "There is a clear contrast between the foreground and the background.",
    "The first part of the image is brighter than the second.",
    "There is no sign of damage or overlap.",
    "The picture has a resolution of 640 by 480 pixels.",
    "Two remarks on the method: the scores are rounded, and boxes may overlap.",
    "The style is minimal.",
    "Nothing in the data points to a problem.",
    "Each score is a number between 0 and 1.",
    "There is a lot of empty space in the middle.",
    "Perhaps a {none1} was cut off at the border.",
    "The camera angle makes it hard to judge the distance.",
    "A second look by a person is recommended.",
    "These figures come from a single run of the model.",
    "The results are sorted by confidence.",
    "Feel free to ask for more.",
    "If a {none1} was expected, try a lower threshold.",
    "The two halves of the picture differ in brightness.",
    "Labels follow the wording of the query.",
    "There is some noise in the darker regions.",
    "A box is drawn around each object.",
    "One limitation is that overlapping objects may be counted once.",
    "Thank you for the upload.",
    "The order of the list has no meaning.",
    "The confidence tells how well a box fits the query.",
    "It may help to crop the image first.",
    "A score of 1 would be a perfect match.",
    "The result was produced in less than a second.",
    "Not every box is tight around its object.",
    "The picture is a bit blurry, which makes the task harder.",
    "I can repeat the analysis with another threshold.",
    "Scores are given with two decimals.",
    "The background is uniform.",
    "Some parts of the image are darker than others.",
    "Let me know if anything is unclear.",
    "It is possible that a {none1} was overlooked.",
    "The boxes are drawn in the image on the left.",
    "This is an automatic description.",
    "The detection took a fraction of a second.",
    "Please check the boxes by eye.",
    "The image was scaled before the analysis.",
    "More detail can be given on request.",
    "The picture is sharp and well lit.",
    "A second run may give slightly different scores.",
    "Not everything in an image can be named.",
    "The list is ordered by size.",
)
