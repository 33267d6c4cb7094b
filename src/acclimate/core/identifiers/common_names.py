"""Lists of common names, written for acclimate: what lets a name be seen in running text without any label.

English lists are in lower case and hold what is common in English-speaking countries, names from elsewhere included.
Names that are also words or places stand in `AMBIGUOUS`: they count only before a listed family name.
"""

from __future__ import annotations

GIVEN = frozenset(
    """
    aaron abby abdul abdullah abigail adam adrian ahmed aidan aisha alan albert alejandro alex alexander alexandra alfred
    ali alice alicia alison allison amanda amber amelia amina amir amy ana andrea andrew angela anil anita ann anna anne
    annette annie anthony antonio arjun arthur ashley audrey barbara barry beatrice becky ben benjamin bernard beth bethany
    betty beverly bill billy bob bobby bonnie boris brad bradley brandon brenda brendan brian bridget bruce bryan caleb
    calvin cameron camila carl carla carlos carmen caroline carolyn catherine cathy cecilia charles charlie chen cheryl
    chloe chris christina christine christopher cindy claire clara claudia colin connie connor corey craig crystal curtis
    cynthia dale dan daniel daniela danielle danny darren dave david dean deborah debra deepak denise dennis derek diana
    diane diego dimitri dolores dominic don donald donna doris dorothy doug douglas duncan dylan ed eddie edith eduardo
    edward edwin eileen elaine eleanor elena eli elijah elizabeth ella ellen emily emma eric erica erik erin ernest esther
    ethan eugene eva evan evelyn fatima felix fernando fiona florence frances francesca francis francisco frank franklin
    fred frederick gabriel gail gareth gary gavin gemma geoffrey george gerald gerard gina giovanni gladys glen glenn gloria
    gordon graham greg gregory gustavo guy hannah hans harold harriet harry harvey hassan heather hector heidi helen henry
    herbert holly howard hugh hugo ian ibrahim igor ingrid irene isaac isabel isabella ivan jack jackie jacob jacqueline
    jade jake james jamie jan jane janet janice jared jason javier jay jean jeff jeffrey jenna jennifer jenny jeremy jerome
    jerry jesse jessica jill jim jimmy joan joanna joanne joe joel johan johanna john johnny jon jonathan jorge jose joseph
    josh joshua joyce juan juanita judith judy julia julian julie justin karen karl kate katherine kathleen kathryn kathy
    katie keith kelly ken kenneth kevin khalid kim kimberly kirsten klaus kristen kristin kumar kurt kyle lakshmi larry
    laura lauren laurence lawrence leah leo leon leonard leroy leslie lewis liam lillian linda lindsay lisa liz lloyd logan
    lois lori lorraine louis louise lucas lucia lucille lucy luigi luis luke lydia lynn mabel madison malcolm manuel marc
    marco marcus margaret maria marianne marie marilyn mario marion marjorie marta martha martin marvin mary mateo matthew
    maureen maurice max maya megan mei melanie melissa meredith mia michael michelle miguel mike mildred ming miriam mohamed
    mohammad mohammed molly monica muhammad nadia nancy naomi natalie natasha nathan neil nicholas nick nicola nicole nigel
    nina noah nora norma norman olga oliver olivia omar oscar otto owen pablo pamela pat patricia patrick paul paula pauline
    pedro peggy penelope percy peter phil philip phillip phyllis pierre priya rachel raj rajesh ralph ramesh ramon randy
    raul ravi raymond rebecca regina reginald rhonda ricardo richard rick ricky rita robert roberta roberto robin rodney
    roger roland ron ronald rosemary ross roy ruben russell ruth ryan sally sam samantha samuel sandra sanjay sara sarah
    scott sean sergio seth shane shannon sharon shaun sheila shirley sibyl sidney simon sofia sonia sophia sophie stacy
    stanley stefan stella stephanie stephen steve steven stuart sue sunil susan suzanne sven sylvia tamara tammy tanya tara
    ted teresa terry thelma theodore theresa thomas tim timothy tina todd tom tommy tony tracy travis trevor tyler ursula
    valerie vanessa vera vernon veronica vicki victor vijay vincent vivian vladimir wallace walter wanda wayne wei wendell
    wendy wilfred william willie winston xavier yasmin yolanda yusuf yuki yvonne zachary zoe
    """.split()  # noqa: SIM905
)
AMBIGUOUS = frozenset(
    """
    adele aria april art ash august austin autumn bella bishop blair brook brooke carol carter chad chance charity
    charlotte chase chelsea christian christy clay cliff dakota dawn drew earl eden eve faith flora frank gene georgia grace
    grant hazel heath hope hunter iris israel ivy jasmine jordan josephine joy juliet june lance lee lily madeline
    mark may melody mercedes miles mitchell morgan nelson olive paris parker pearl penny phoenix pierce ray reed rex rich
    robin rose ruby rusty sage savannah scarlett sierra skip sky stone summer sydney taylor troy valentine victoria violet
    virginia ward warren will wilson jun li hong min
    """.split()  # noqa: SIM905
)
FAMILY = frozenset(
    """
    abbott adams ahmed akhtar alexander ali allen alvarez amin andersen anderson andrews armstrong arnold atkinson austin
    bailey baker baldwin banerjee banks barber barker barnes barnett barrett bates beck becker begum bell bennett berg berry
    bhatt bishop black blake bowman boyd bradley brady brennan brewer briggs brooks brown bryant burke burns burton butler
    byrne cameron campbell carlson carpenter carr carroll carter castillo castro chan chang chapman chavez chen cheng chowdhury
    christensen clark clarke cohen coleman collins connor cook cooper costa cox craig crawford cruz cunningham curtis das
    davidson davies davis dawson day dean delgado desai diaz dixon doherty douglas doyle duncan dunn edwards elliott ellis
    evans fernandes fernandez ferguson fernando fischer fisher fitzgerald fleming fletcher flores flynn ford foster fowler
    fox francis franklin fraser freeman fuller garcia gardner garza george gibson gill gilbert gomez gonzales gonzalez
    goodwin gordon graham grant graves gray green greene griffin griffiths guerrero gupta gutierrez hahn hale hall hamilton
    hansen hanson harper harris harrison hart harvey hassan hawkins hayes henderson henry hernandez herrera hicks hill
    hoffman holland holmes hopkins horton howard howell hudson hughes hunt hunter hussain hussein ibrahim islam ivanov jackson
    jacobs james jenkins jennings jensen jimenez johansson johnson johnston jones jordan joseph joshi kaur kelley kelly
    kennedy khan kim king klein knight kowalski kumar lambert lane larsen larson lawrence lawson le lee leonard lewis li lim
    lin little liu lloyd long lopez lowe lucas lynch macdonald mackenzie malik marsh marshall martin martinez mason matthews
    maxwell mccarthy mccoy mcdonald mckenzie mclaughlin mclean medina mehta mendez mendoza meyer miles miller mills mitchell
    mohamed mohammed montgomery moore morales moreno morgan morris morrison mueller muller murphy murray myers nair nelson
    newman newton nguyen nichols nielsen norris novak o'brien o'connell o'connor o'donnell o'neill o'reilly o'sullivan okafor
    oliver olsen olson ortega ortiz owen owens palmer park parker parsons patel paterson patterson payne pearson pereira perez
    perkins perry peters petersen peterson petrov pham phillips pierce popov porter potter powell price quinn rahman ramirez
    ramos rao ray reddy reed reid reyes reynolds rice richards richardson riley rivera roberts robertson robinson rodriguez
    rogers romero rose ross rossi roy ruiz russell ryan sanchez sanders santos saunders schmidt schneider schroeder schultz
    schwartz scott shah sharma shaw silva simmons simpson sims singh smith snyder soto spencer stephens stevens stevenson
    stewart stone sullivan suzuki tanaka taylor thomas thompson thomson torres tran tucker turner vargas vasquez walker wallace
    walsh walters wang ward warren washington watkins watson watts weaver webb weber weiss welch wells west wheeler white
    williams williamson willis wilson wolf wong wood woods wright wu xu yang yamamoto young zhang zhao zhou zhu zimmerman
    """.split()  # noqa: SIM905
)

CHINESE_FAMILY = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑韩冯董萧曹袁邓许傅沈曾彭吕苏卢蒋蔡贾魏薛叶阎余潘杜戴夏钟汪"
    "田姜范谭廖邹熊陆郝孔崔邱秦江史顾侯邵孟龙万段钱汤尹黎易武乔贺赖龚庞樊兰殷施陶洪翟倪严牛温芦俞章鲁葛韦申"
    "尤毕聂焦柳邢岳齐梅庄辛涂祁耿牟卜詹饶欧冉翁季阮"
)
CHINESE_RARE = "高谢唐程丁任姚金石康毛白常方雷于安向文成路管游单包时左裴纪祝莫关华喻骆"
"""Also words of their own (谢谢医生, 由于, 高血压): a family name only where a name clearly begins."""
CHINESE_DOUBLE = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|长孙|夏侯"
CHINESE_GIVEN = (
    "小伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉珍梅红建国华志文斌辉鹏飞宇浩然俊子轩涵梓欣怡佳琪雨泽博雅"
    "婷雪莉琳倩颖玲萍燕云凤春秋菊莲荣贵富成林森松柏峰岩峻海波江河浪涌清源洁冰凯旋健康宁安永福祥瑞吉庆喜乐德仁义礼"
    "智信忠孝廉正直诚良善美慧聪睿哲贤才学诗书画琴棋思念忆梦希望晨旭阳光亮辰星月亚东西南北振兴宏伯仲叔翔龙虎彪豹骏"
    "少卿若妍嫣姗姝婉婧媛嘉宝贝珊瑶瑾瑜璐璇琼瑛珠金银铁钢铭锋锦鑫立世家业守进发展达盛昌隆茂丹彤青翠碧紫蓝洪济"
    "一乔竹彦素芬淑贞惠香芝芹莹萌蕾薇蓉蓓芸茜菲帆航远征程万里天宝培根生元秉毅坚定胜利民族爱党卫保群众益友朋邦"
    "景昊晓晴晗晶曼妮娇媚妙如意心怀恩泰运启承继宗祖耀炎煜烨焕灿炜尧舜禹汉唐宋楠桐榕槐枫柳杨桃杏"
)
"""Characters that given names are commonly made of."""
